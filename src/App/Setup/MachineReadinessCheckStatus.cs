namespace Orchestrator.App.Setup;

/// <summary>Status of a check of the machine or repository.</summary>
public enum MachineReadinessCheckStatus
{
    /// <summary>The checked item can be used.</summary>
    Ok,

    /// <summary>The checked item can be used, but there is a warning for the user.</summary>
    Warn,

    /// <summary>The checked item prevents runs.</summary>
    Fail,
}
