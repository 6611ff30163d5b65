namespace Orchestrator.Runs.Sandboxing;

/// <summary>Describes a sandboxed program in the log of its network connections.</summary>
/// <param name="Role">The kind of program.</param>
/// <param name="LogFolder">Absolute path of the folder for connection logs.</param>
/// <param name="Run">Id of the run, or empty if the program does not belong to a run.</param>
/// <param name="Task">Id of the task, or empty if the program does not belong to a task.</param>
public sealed record SandboxPurpose(SandboxedProgramKind Role, string LogFolder, string Run = "", string Task = "")
{
    /// <summary>Names of the agents that work in the sandbox. Empty for gates and set-up.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>Additional hosts that only this task or gate can reach.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>API keys for the agents' model services. The keys themselves stay outside the sandbox.</summary>
    public IReadOnlyList<ProxyableAgentApiKey> Keys { get; init; } = [];
}
