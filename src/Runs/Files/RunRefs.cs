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

    /// <summary>Returns the ref of the run's last merge. It moves with staging and survives the removal of staging.</summary>
    public static string LastMerge(RunFolder folder) => $"refs/orchestrator/merged/{folder.Name}";

    /// <summary>Returns the ref of an aborted run's work.</summary>
    public static string Aborted(RunFolder folder) => Git.Landing.LandingReversal.AbortedRef(folder.Name);

    public static string Result(string key) => $"refs/orchestrator/results/{key}";

    public static string Wip(RunFolder folder, string taskId) => $"{Wips(folder)}/{taskId}";

    /// <summary>Returns the prefix of refs that keep work which would otherwise have been overwritten. A number follows.</summary>
    public static string Kept(RunFolder folder, string taskId) => $"{Kepts(folder)}/{taskId}";

    /// <summary>Returns the ref of the run as last shared: its files and the list of its refs.</summary>
    public static string Shared(string name) => $"refs/orchestrator/runs/{name}";

    /// <summary>Returns the ref of a distributed task as last shared by the owner or the worker host.</summary>
    public static string Placed(RunFolder folder, string taskId) => $"{Placed(folder)}/{taskId}";

    /// <summary>Returns the ref of a run's mail, which the owner shares with worker hosts. Task ids never contain an @.</summary>
    public static string Mail(RunFolder folder) => $"{Placed(folder)}/@mail";

    /// <summary>Returns the ref of mail from a worker host that the owner has not fetched yet.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="queue">Task queue of the worker host's repository.</param>
    public static string Waiting(RunFolder folder, string queue) => $"{WaitingOfAll(folder)}{Fingerprint(queue)}";

    /// <summary>Returns the prefix of the unfetched mail refs of all worker hosts.</summary>
    public static string WaitingOfAll(RunFolder folder) => $"{Placed(folder)}/@waiting-";

    /// <summary>Returns the prefix of all refs of a run's distributed tasks.</summary>
    public static string Placed(RunFolder folder) => $"refs/orchestrator/placed/{folder.Name}";

    /// <summary>Returns the ref of imported work that a task started with on another host, as one commit on the base there.</summary>
    public static string Imported(RunFolder folder, string taskId) => $"{Kept(folder, taskId)}/imported";

    /// <summary>Returns the task of a ref for kept or unfinished work, or null for any other ref.</summary>
    public static string? TaskOfKept(RunFolder folder, string name) =>
        name.StartsWith(Wips(folder) + "/", StringComparison.Ordinal) ? name[(Wips(folder).Length + 1)..]
        : name.StartsWith(Kepts(folder) + "/", StringComparison.Ordinal)
            ? name[(Kepts(folder).Length + 1)..Math.Max(Kepts(folder).Length + 1, name.LastIndexOf('/'))]
        : null;

    public static string Kepts(RunFolder folder) => $"refs/orchestrator/kept/{folder.Name}";

    public static string Wips(RunFolder folder) => $"refs/orchestrator/wip/{folder.Name}";

    /// <summary>Returns the short branch name for display.</summary>
    public static string Shown(string name) =>
        name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name["refs/heads/".Length..] : name;

    private static string Fingerprint(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
