using Orchestrator.Processes;

namespace Orchestrator.Cli;

/// <summary>The facts that an agent's process was given about its own task.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Folder">The start's folder.</param>
/// <param name="Run">The run.</param>
/// <param name="Repository">Absolute path of the repository's main checkout.</param>
internal sealed record AgentStartFacts(string Task, string Folder, string Run, string Repository)
{
    /// <summary>Variable that names the start's folder; set in every process of an agent's attempt.</summary>
    public const string FolderVariable = "ORCHESTRATOR_START";

    /// <summary>
    /// True for a process of an agent's attempt in this repository, also for one that has put its variables away: those above it were
    /// started with them.
    /// </summary>
    /// <param name="context">Variables and folder of the process.</param>
    public static bool Concerns(CommandContext context) =>
        context.Environment.GetValueOrDefault(FolderVariable) is { Length: > 0 }
        || (
            ProcessTable.OfAncestors(FolderVariable) is { Count: > 0 } starts
            && context.FindRepository() is { } repository
            && starts.Any(start => start.StartsWith(repository.OrchestratorFolder + "/", StringComparison.Ordinal))
        );

    /// <summary>The start that this process belongs to.</summary>
    /// <exception cref="CommandException">It belongs to none, or its folder is gone.</exception>
    public static AgentStartFacts Require(CommandContext context)
    {
        var folder = context.Environment.GetValueOrDefault(FolderVariable);
        var task = context.Environment.GetValueOrDefault("ORCHESTRATOR_TASK");
        if (folder is not { Length: > 0 } || task is not { Length: > 0 })
        {
            throw new CommandException(
                ExitCodes.Usage,
                "This command is for agents that a run has started; ORCHESTRATOR_START is not set here.",
                "To steer a run yourself, see 'orchestrate retry', 'skip' and 'approve'."
            );
        }

        return Directory.Exists(folder)
            ? new AgentStartFacts(
                task,
                folder,
                context.Environment.GetValueOrDefault("ORCHESTRATOR_RUN") ?? "",
                context.Environment.GetValueOrDefault("ORCHESTRATOR_REPOSITORY") ?? context.Directory
            )
            : throw new CommandException(
                ExitCodes.Usage,
                $"The folder of this agent start is gone: {folder}.",
                "The run was removed while the agent worked; there is nobody to tell."
            );
    }
}
