namespace Orchestrator.Runs.Tasks;

/// <summary>Checks an agent's own use of git in its worktree. Own, amended and rebased commits, an own branch and a detached head are
/// acceptable, because only the files count. Only an operation that stopped at a conflict, such as a rebase, is unfinished work.</summary>
internal static class WorktreeHistory
{
    /// <summary>Lists merges, rebases and similar operations that the agent must finish first, each as a sentence.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(Worktree worktree, TaskNotes notes, CancellationToken stop)
    {
        var head = new WorktreeHead(worktree);
        if (head.Operation == UnfinishedOperation.None || (head.Operation == UnfinishedOperation.Merge && notes.MergedStaging.Length > 0))
        {
            return [];
        }
        var unmerged = await head.UnmergedAsync(stop);
        return unmerged.Count == 0
            ? []
            :
            [
                $"A {head.Operation.ToString().ToLowerInvariant()} that was begun in the worktree stopped at conflicts in "
                    + $"{FileNames.Some(unmerged)}. Resolve them and finish it, or abort it.",
            ];
    }

    /// <summary>Returns notes for users.</summary>
    public static IEnumerable<string> Notes(Worktree worktree, string branch)
    {
        var found = new WorktreeHead(worktree).Branch;
        if (found is null)
        {
            yield return "the agent left a detached head; its files were taken";
        }
        else if (found != branch)
        {
            yield return $"the agent worked on a branch of its own, {RunRefs.Shown(found)}, which was left; its files were taken";
        }
    }
}
