using System.Security.Cryptography;

namespace Orchestrator.Runs;

/// <summary>Builds the names of the refs under which git keeps a run's commits.</summary>
public static class RunRefNameBuilder
{
    /// <summary>Returns the ref of the run's staging branch.</summary>
    public static string Staging(OrchestratorSettings settings, RunFolder folder) =>
        $"refs/heads/{settings.Worktrees.BranchPrefix}/{folder.Name}/staging";

    /// <summary>Returns the ref of a task's branch.</summary>
    public static string Task(OrchestratorSettings settings, RunFolder folder, string taskId) =>
        $"refs/heads/{settings.Worktrees.BranchPrefix}/{folder.Name}/t/{taskId}";

    /// <summary>Returns the ref of the commit from which the run started.</summary>
    public static string Base(RunFolder folder) => $"refs/orchestrator/base/{folder.Name}";

    /// <summary>
    /// Returns the ref of the run's last merge. The ref moves with the staging branch, and remains after that branch is removed.
    /// </summary>
    public static string LastMerge(RunFolder folder) => $"refs/orchestrator/merged/{folder.Name}";

    /// <summary>Returns the ref that keeps the work of an aborted run.</summary>
    public static string Aborted(RunFolder folder) => Git.Landing.LandingReversal.AbortedRef(folder.Name);

    /// <summary>
    /// Returns the ref that keeps a task's result. The ref name ends with the key by which later runs find a result that they can reuse.
    /// </summary>
    public static string Result(string key) => $"refs/orchestrator/results/{key}";

    /// <summary>Returns the ref that keeps snapshots of a task's unfinished work.</summary>
    public static string Wip(RunFolder folder, string taskId) => $"{Wips(folder)}/{taskId}";

    /// <summary>
    /// Returns the prefix of the refs that preserve versions of a task's work that would otherwise be overwritten. A number follows the
    /// prefix, or <c>imported</c> for work imported from a file.
    /// </summary>
    public static string Kept(RunFolder folder, string taskId) => $"{Kepts(folder)}/{taskId}";

    /// <summary>
    /// Returns the ref under which a run is shared through the remote. Its commit contains the run's files and the list of its refs.
    /// </summary>
    public static string Shared(string name) => $"refs/orchestrator/runs/{name}";

    /// <summary>Returns the ref under which the owner host and the worker host share a distributed task.</summary>
    public static string Placed(RunFolder folder, string taskId) => $"{Placed(folder)}/{taskId}";

    /// <summary>
    /// Returns the ref that carries messages for the run's agents from the owner host to the worker hosts. The ref can't collide with a
    /// task's ref, because task ids never contain an @.
    /// </summary>
    public static string Mail(RunFolder folder) => $"{Placed(folder)}/@mail";

    /// <summary>Returns the ref of the agent messages that a worker host has pushed but the owner host has not fetched yet.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="queue">Task queue of the worker host's repository.</param>
    public static string Waiting(RunFolder folder, string queue) => $"{WaitingOfAll(folder)}{Fingerprint(queue)}";

    /// <summary>Returns the common prefix of all refs with agent messages that the owner host has not fetched yet.</summary>
    public static string WaitingOfAll(RunFolder folder) => $"{Placed(folder)}/@waiting-";

    /// <summary>Returns the ref under which the owner host shares a merge whose gates run on another host.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="commit">Hash of the merge.</param>
    public static string Merge(RunFolder folder, string commit) => $"{Placed(folder)}/@merge-{commit}";

    /// <summary>Returns the prefix that the refs of a run's distributed tasks share.</summary>
    public static string Placed(RunFolder folder) => $"refs/orchestrator/placed/{folder.Name}";

    /// <summary>
    /// Returns the ref of a task's work that was imported from a file. The work is one commit on top of the task's base on the exporting
    /// host.
    /// </summary>
    public static string Imported(RunFolder folder, string taskId) => $"{Kept(folder, taskId)}/imported";

    /// <summary>
    /// Returns the id of a task if a ref keeps preserved or unfinished work of that task. Returns null for any other ref.
    /// </summary>
    public static string? TaskOfKept(RunFolder folder, string name) =>
        name.StartsWith(Wips(folder) + "/", StringComparison.Ordinal) ? name[(Wips(folder).Length + 1)..]
        : name.StartsWith(Kepts(folder) + "/", StringComparison.Ordinal)
            ? name[(Kepts(folder).Length + 1)..Math.Max(Kepts(folder).Length + 1, name.LastIndexOf('/'))]
        : null;

    /// <summary>Returns the common prefix of all refs that preserve versions of tasks' work that would otherwise be overwritten.</summary>
    public static string Kepts(RunFolder folder) => $"refs/orchestrator/kept/{folder.Name}";

    /// <summary>Returns the prefix of all refs that keep snapshots of unfinished work.</summary>
    public static string Wips(RunFolder folder) => $"refs/orchestrator/wip/{folder.Name}";

    /// <summary>Returns the short form of a branch name for display.</summary>
    public static string Label(string name) =>
        name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name["refs/heads/".Length..] : name;

    private static string Fingerprint(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
