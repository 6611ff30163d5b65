namespace Orchestrator.Machine.Setup;

/// <summary>Status of a check.</summary>
public enum MachineCheckStatus
{
    /// <summary>The subject can be used.</summary>
    Ok,

    /// <summary>The subject can be used, with a warning for the user.</summary>
    Warn,

    /// <summary>The subject prevents runs.</summary>
    Fail,
}
