using System.Security.Cryptography;

namespace Orchestrator.Runs;

/// <summary>Names of a run's refs.</summary>
public static class RunRefs
{
    public static string Staging(OrchestratorSettings settings, RunFolder folder) =>
        $"refs/heads/{settings.Worktrees.BranchPrefix}/{folder.Name}/staging";

    public static string Task(OrchestratorSettings settings, RunFolder folder, string taskId) =>
        $"refs/heads/{settings.Worktrees.BranchPrefix}/{folder.Name}/t/{taskId}";

    public static string Base(RunFolder folder) => $"refs/orchestrator/base/{folder.Name}";

    /// <summary>The run's last merge: moves with staging, and remains when staging is removed.</summary>
    public static string LastMerge(RunFolder folder) => $"refs/orchestrator/merged/{folder.Name}";

    /// <summary>The work of an aborted run.</summary>
    public static string Aborted(RunFolder folder) => Git.Landing.LandingReversal.AbortedRef(folder.Name);

    public static string Result(string key) => $"refs/orchestrator/results/{key}";

    public static string Wip(RunFolder folder, string taskId) => $"{Wips(folder)}/{taskId}";

    /// <summary>Work that we would have overwritten: numbered below it.</summary>
    public static string Kept(RunFolder folder, string taskId) => $"{Kepts(folder)}/{taskId}";

    /// <summary>The run as it was shared last: its files, with the names of all that belongs to it.</summary>
    public static string Shared(string name) => $"refs/orchestrator/runs/{name}";

    /// <summary>A task as it was shared last with its host, or by it.</summary>
    public static string Placed(RunFolder folder, string taskId) => $"{Placed(folder)}/{taskId}";

    /// <summary>The mail of a run, as its machine shares it with the hosts of its tasks. No id of a task has an @.</summary>
    public static string Mail(RunFolder folder) => $"{Placed(folder)}/@mail";

    /// <summary>Mail that waits on a host for the run's machine.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="queue">Queue of the host's repository.</param>
    public static string Waiting(RunFolder folder, string queue) => $"{WaitingOfAll(folder)}{Fingerprint(queue)}";

    /// <summary>Above those of all hosts.</summary>
    public static string WaitingOfAll(RunFolder folder) => $"{Placed(folder)}/@waiting-";

    /// <summary>Above those of all its tasks.</summary>
    public static string Placed(RunFolder folder) => $"refs/orchestrator/placed/{folder.Name}";

    /// <summary>Work that a task began with, from another machine: one commit on the base that it had there.</summary>
    public static string Imported(RunFolder folder, string taskId) => $"{Kept(folder, taskId)}/imported";

    /// <summary>The task of a ref of kept or unfinished work; null for another ref.</summary>
    public static string? TaskOfKept(RunFolder folder, string name) =>
        name.StartsWith(Wips(folder) + "/", StringComparison.Ordinal) ? name[(Wips(folder).Length + 1)..]
        : name.StartsWith(Kepts(folder) + "/", StringComparison.Ordinal)
            ? name[(Kepts(folder).Length + 1)..Math.Max(Kepts(folder).Length + 1, name.LastIndexOf('/'))]
        : null;

    public static string Kepts(RunFolder folder) => $"refs/orchestrator/kept/{folder.Name}";

    public static string Wips(RunFolder folder) => $"refs/orchestrator/wip/{folder.Name}";

    /// <summary>The branch's short name, for people.</summary>
    public static string Shown(string name) =>
        name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name["refs/heads/".Length..] : name;

    private static string Fingerprint(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
