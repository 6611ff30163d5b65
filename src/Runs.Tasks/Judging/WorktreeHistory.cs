namespace Orchestrator.Runs.Tasks;

/// <summary>Judges an agent's own use of git in its worktree. Commits, amended and rebased ones, a branch of its own name, a detached head
/// are all ordinary, because only the files count. Only a rebase or the like that stopped at a conflict is unfinished work.</summary>
internal static class WorktreeHistory
{
    /// <summary>The merges, rebases and the like that the agent has to finish first, a sentence each.</summary>
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

    /// <summary>Notes for people.</summary>
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
