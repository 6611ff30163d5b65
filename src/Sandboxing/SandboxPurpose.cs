namespace Orchestrator.Sandboxing;

/// <summary>The purpose of a sandbox, for the log of its connections.</summary>
/// <param name="Role">The kind of program.</param>
/// <param name="LogFolder">Absolute path of the folder for logs of connections.</param>
/// <param name="Run">The run's id; empty for none.</param>
/// <param name="Task">The task's id; empty for none.</param>
public sealed record SandboxPurpose(SandboxRole Role, string LogFolder, string Run = "", string Task = "")
{
    /// <summary>Names of the agents that work in it; none for gates and set-up.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>Keys of their services that stay outside.</summary>
    public IReadOnlyList<AgentKey> Keys { get; init; } = [];
}
