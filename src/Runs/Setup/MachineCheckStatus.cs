namespace Orchestrator.Runs.Setup;

/// <summary>How one thing that was looked at stands.</summary>
public enum MachineCheckStatus
{
    /// <summary>Can be used.</summary>
    Ok,

    /// <summary>Can be used, but a person should know.</summary>
    Warn,

    /// <summary>Stops runs.</summary>
    Fail,
}
