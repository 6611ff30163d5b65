namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Checks how an agent used git in its worktree. New, amended or rebased commits, new branches and a detached HEAD are acceptable, because
/// only the resulting files matter. An operation that stopped at a conflict, such as a rebase, must be finished.
/// </summary>
internal static class AgentGitUsageChecker
{
    /// <summary>
    /// Returns a sentence for the agent if a merge, rebase or similar operation stopped at conflicts and is unfinished. Empty otherwise.
    /// </summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(Worktree worktree, TaskWorktreeRecord notes, CancellationToken stop)
    {
        var head = new WorktreeHead(worktree);
        if (
            head.Operation == UnfinishedGitOperation.None
            || (head.Operation == UnfinishedGitOperation.Merge && notes.MergedStaging.Length > 0)
        )
        {
            return [];
        }
        var unmerged = await head.UnmergedAsync(stop);
        return unmerged.Count == 0
            ? []
            :
            [
                $"A {head.Operation.ToString().ToLowerInvariant()} in the worktree stopped at conflicts in "
                    + $"{FileNameEncoding.List(unmerged)}. Resolve the conflicts and finish the operation, or abort it.",
            ];
    }

    /// <summary>Returns notes for users if the agent left a detached HEAD or worked on a branch other than the task's branch.</summary>
    public static IEnumerable<string> Notes(Worktree worktree, string branch)
    {
        var found = new WorktreeHead(worktree).Branch;
        if (found is null)
        {
            yield return "the agent left a detached HEAD; its files were committed";
        }
        else if (found != branch)
        {
            yield return $"the agent worked on its own branch {RunRefNameBuilder.Label(found)}, which was not changed; its files were "
                + $"committed";
        }
    }
}
