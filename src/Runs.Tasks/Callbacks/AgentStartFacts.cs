using System.Net;
using Orchestrator.Runs.Sandboxing;

namespace Orchestrator.Runs.Tasks.Callbacks;

/// <summary>Facts about its own task in an agent's environment.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Folder">The start's folder.</param>
/// <param name="Run">The run.</param>
/// <param name="Repository">Absolute path of the repository's main checkout.</param>
public sealed record AgentStartFacts(string Task, string Folder, string Run, string Repository)
{
    /// <summary>Variable that names the agent run's folder; set in every process of an agent's attempt.</summary>
    public const string FolderVariable = "ORCHESTRATOR_START";

    /// <summary>The folder exists; it does not when the run was removed while the agent worked.</summary>
    public bool IsThere => Directory.Exists(Folder);

    /// <summary>True for a process of an agent's attempt, or of another step (gate, set-up, package manager), in this repository, also if
    /// it removed its variables: parent processes are checked, too, and in a sandbox a daemon has the sandbox itself as its
    /// parent.</summary>
    /// <param name="environment">Variables of the process.</param>
    /// <param name="findRepository">Finds the repository of the process; called only where needed.</param>
    public static bool Concern(IReadOnlyDictionary<string, string> environment, Func<RepositoryLocation?> findRepository)
    {
        if (environment.GetValueOrDefault(FolderVariable) is { Length: > 0 })
        {
            return true;
        }
        List<(string Name, string Value)> marks = [.. ProcessTable.OfAncestors(FolderVariable, StepEnvironment.Variable)];
        if (environment.GetValueOrDefault(StepEnvironment.Variable) is { Length: > 0 } own)
        {
            marks.Add((StepEnvironment.Variable, own));
        }
        return marks.Count > 0
            && findRepository() is { } repository
            && marks.Any(mark =>
                mark.Name == FolderVariable
                    ? mark.Value.StartsWith(repository.OrchestratorFolder + "/", StringComparison.Ordinal)
                    : repository.IsAt(mark.Value)
            );
    }

    /// <summary>True if the program at the other end of a connection was started by a run on this machine: a process of an agent's attempt,
    /// a gate, set-up or package manager, also one that has removed its variables: its ancestors are looked at. True as well if the caller
    /// has closed its end already, since its process can't be found any more. A caller of another machine or user is none. Such a program
    /// must not answer what its run asks a person.</summary>
    /// <param name="caller">The caller's address and port.</param>
    /// <param name="called">The address and port that it called, on any address of this machine.</param>
    public static bool AreOfCaller(IPEndPoint caller, IPEndPoint called) =>
        ConnectionClient.Find(caller, called) is { } client
        && (
            !client.IsOpen
            || client.Processes.Any(process => ProcessTable.Of(process.ProcessId, FolderVariable, StepEnvironment.Variable).Count > 0)
        );

    /// <summary>The agent run that this process belongs to; null: none.</summary>
    /// <param name="environment">Variables of the process.</param>
    /// <param name="directory">The current folder; taken for the repository where none is named.</param>
    public static AgentStartFacts? Find(IReadOnlyDictionary<string, string> environment, string directory) =>
        environment.GetValueOrDefault(FolderVariable) is { Length: > 0 } folder
        && environment.GetValueOrDefault("ORCHESTRATOR_TASK") is { Length: > 0 } task
            ? new AgentStartFacts(
                task,
                folder,
                environment.GetValueOrDefault("ORCHESTRATOR_RUN") ?? "",
                environment.GetValueOrDefault("ORCHESTRATOR_REPOSITORY") ?? directory
            )
            : null;
}
