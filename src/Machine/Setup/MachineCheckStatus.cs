namespace Orchestrator.Machine.Setup;

/// <summary>Result of a check.</summary>
public enum MachineCheckStatus
{
    /// <summary>Can be used.</summary>
    Ok,

    /// <summary>Can be used, but a person should know.</summary>
    Warn,

    /// <summary>Prevents runs.</summary>
    Fail,
}
