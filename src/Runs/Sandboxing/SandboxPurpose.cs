namespace Orchestrator.Runs.Sandboxing;

/// <summary>Purpose of a sandbox, for the log of its connections.</summary>
/// <param name="Role">Kind of program.</param>
/// <param name="LogFolder">Absolute path of the folder for connection logs.</param>
/// <param name="Run">Id of the run, or empty for none.</param>
/// <param name="Task">Id of the task, or empty for none.</param>
public sealed record SandboxPurpose(SandboxRole Role, string LogFolder, string Run = "", string Task = "")
{
    /// <summary>Names of the agents that work in the sandbox, or empty for gates and set-up.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>Hosts that only this task or gate may reach in addition.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Keys of the agents' services that stay outside.</summary>
    public IReadOnlyList<AgentKey> Keys { get; init; } = [];
}
