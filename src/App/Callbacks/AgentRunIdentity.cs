using System.Net;
using Orchestrator.Runs.Gates;

namespace Orchestrator.App.Callbacks;

/// <summary>Identity of the agent run to which a process belongs, as found in environment variables.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Folder">Absolute path of the agent run's folder.</param>
/// <param name="Run">Id of the run.</param>
/// <param name="Repository">Absolute path of the repository's main checkout.</param>
public sealed record AgentRunIdentity(string Task, string Folder, string Run, string Repository)
{
    /// <summary>
    /// Name of the environment variable that contains the absolute path of the agent run's folder. Every process of an agent has it.
    /// </summary>
    public const string FolderVariable = "ORCHESTRATOR_START";

    /// <summary>True if the agent run's folder exists. It does not exist if the run was removed while the agent was running.</summary>
    public bool IsThere => Directory.Exists(Folder);

    /// <summary>
    /// True if this process belongs to an agent, a gate, set-up or a package manager of a run in this repository. If the process has
    /// cleared its environment variables, its parent processes are inspected. This also detects daemons in a sandbox, whose parent is the
    /// sandbox process.
    /// </summary>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="findRepository">Finds the repository of this process. It is called only if needed.</param>
    public static bool IsInsideAgentRun(IReadOnlyDictionary<string, string> environment, Func<LocalRepositoryPaths?> findRepository)
    {
        if (environment.GetValueOrDefault(FolderVariable) is { Length: > 0 })
        {
            return true;
        }
        List<(string Name, string Value)> marks = [.. ProcessTable.OfAncestors(FolderVariable, GateAndSetUpEnvironmentBuilder.Variable)];
        if (environment.GetValueOrDefault(GateAndSetUpEnvironmentBuilder.Variable) is { Length: > 0 } own)
        {
            marks.Add((GateAndSetUpEnvironmentBuilder.Variable, own));
        }
        return marks.Count > 0
            && findRepository() is { } repository
            && marks.Any(mark =>
                mark.Name == FolderVariable
                    ? mark.Value.StartsWith(repository.OrchestratorFolder + "/", StringComparison.Ordinal)
                    : repository.IsAt(mark.Value)
            );
    }

    /// <summary>
    /// True if a run started the program at the other end of a connection, so it must not answer questions meant for users. If the program
    /// has cleared its environment variables, its parent processes are inspected. Also true if the program has already closed the
    /// connection, because its process can no longer be found. False for programs of other machines or users.
    /// </summary>
    /// <param name="caller">IP address and port of the program.</param>
    /// <param name="called">IP address and port on this machine to which the program connected.</param>
    public static bool AreOfCaller(IPEndPoint caller, IPEndPoint called) =>
        TcpClientProcessLookupResult.Find(caller, called) is { } client
        && (
            !client.IsOpen
            || client.Processes.Any(process =>
                ProcessTable.Of(process.ProcessId, FolderVariable, GateAndSetUpEnvironmentBuilder.Variable).Count > 0
            )
        );

    /// <summary>Finds the agent run to which this process belongs. Returns null if it belongs to none.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="directory">Current folder of the process. Its repository is used if the variables name none.</param>
    private static AgentRunIdentity? Find(IReadOnlyDictionary<string, string> environment, string directory) =>
        environment.GetValueOrDefault(FolderVariable) is { Length: > 0 } folder
        && environment.GetValueOrDefault("ORCHESTRATOR_TASK") is { Length: > 0 } task
            ? new AgentRunIdentity(
                task,
                folder,
                environment.GetValueOrDefault("ORCHESTRATOR_RUN") ?? "",
                environment.GetValueOrDefault("ORCHESTRATOR_REPOSITORY") ?? directory
            )
            : null;

    /// <summary>Returns the agent run that this process belongs to.</summary>
    /// <param name="context">The variables and the folder of this process.</param>
    /// <exception cref="UseCaseException">The process belongs to no agent run, or the agent run's folder no longer exists.</exception>
    public static AgentRunIdentity Require(UseCaseServiceBundle context)
    {
        var start =
            Find(context.Environment, context.Directory)
            ?? throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"Only agents of a run can use this command; {FolderVariable} is not set.",
                "To steer a run yourself, see 'orchestrate retry', 'skip' and 'approve'."
            );
        return start.IsThere
            ? start
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The folder of this agent run is missing: {start.Folder}.",
                "The run was removed while the agent was working, so the report has no recipient."
            );
    }
}
