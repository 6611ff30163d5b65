using System.Net;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks.Callbacks;

/// <summary>Identity of an agent run, as its processes find it in their environment.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Folder">The agent run's folder.</param>
/// <param name="Run">Id of the run.</param>
/// <param name="Repository">Absolute path of the repository's main checkout.</param>
public sealed record AgentRunIdentity(string Task, string Folder, string Run, string Repository)
{
    /// <summary>Variable with the path of the agent run's folder, set in every process of an agent.</summary>
    public const string FolderVariable = "ORCHESTRATOR_START";

    /// <summary>True if the folder exists. It is missing if the run was removed while the agent worked.</summary>
    public bool IsThere => Directory.Exists(Folder);

    /// <summary>True if this process belongs to an agent or another step (gate, set-up, package manager) in this repository. Processes
    /// that removed their variables are found through their ancestors. A daemon in a sandbox has the sandbox itself as parent.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="findRepository">Finds the repository of the process; called only if needed.</param>
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

    /// <summary>Finds the agent run that this process belongs to, or returns null if there is none.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="directory">The current folder; its repository is used if the variables name none.</param>
    public static AgentRunIdentity? Find(IReadOnlyDictionary<string, string> environment, string directory) =>
        environment.GetValueOrDefault(FolderVariable) is { Length: > 0 } folder
        && environment.GetValueOrDefault("ORCHESTRATOR_TASK") is { Length: > 0 } task
            ? new AgentRunIdentity(
                task,
                folder,
                environment.GetValueOrDefault("ORCHESTRATOR_RUN") ?? "",
                environment.GetValueOrDefault("ORCHESTRATOR_REPOSITORY") ?? directory
            )
            : null;
}
