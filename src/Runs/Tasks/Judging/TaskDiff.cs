namespace Orchestrator.Runs.Tasks;

/// <summary>The changes of a task, read from git without an engine.</summary>
/// <param name="Text">The patch.</param>
/// <param name="IsCut">True if the text is only a part of the patch.</param>
/// <param name="From">Revision of the old files.</param>
/// <param name="To">Revision of the new files, or null if they have uncommitted changes.</param>
public sealed record TaskDiff(string Text, bool IsCut, string From, string? To)
{
    /// <summary>Reads a task's changes; null if there is neither a commit nor a worktree.</summary>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="run">Status of the run.</param>
    /// <param name="task">The task, which is merged, verified or in progress.</param>
    /// <param name="worktree">Path of the task's worktree, which may be missing.</param>
    /// <returns>The changes. For work in progress, or work that ended before verification, they include uncommitted changes.</returns>
    public static async Task<TaskDiff?> ReadAsync(
        RepositoryLocation repository,
        RunServices services,
        RunStatus run,
        RunTask task,
        string worktree,
        CancellationToken stop
    ) => await ReadAsync(await services.LookIntoAsync(new RunFolder(repository.Root, run.RunId)), run, task, worktree, stop);

    /// <summary>Reads the changes of a whole run, from its landed commits, or from its staging branch if it has not landed.</summary>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="run">Status of the run.</param>
    /// <returns>The changes, or null if nothing is merged.</returns>
    public static async Task<TaskDiff?> OfRunAsync(RepositoryLocation place, RunServices services, RunStatus run, CancellationToken stop)
    {
        var repository = await services.LookIntoAsync(new RunFolder(place.Root, run.RunId));
        var commits = new CommitStore(repository);
        var tip =
            run.Staging.Length > 0 && await commits.ReadAsync(run.Staging, stop) is { } staging ? staging.Id
            : run.LandedCommit.Length > 0 && await commits.ReadAsync(run.LandedCommit, stop) is not null ? run.LandedCommit
            : "";
        if (run.BaseCommit.Length == 0 || tip.Length == 0)
        {
            return null;
        }
        return await OfCommitsAsync(new Diffs(repository), run.BaseCommit, tip, stop);
    }

    private static async Task<TaskDiff?> ReadAsync(
        GitRepository repository,
        RunStatus run,
        RunTask task,
        string worktree,
        CancellationToken stop
    )
    {
        var (diffs, commits) = (new Diffs(repository), new CommitStore(repository));
        if (task.MergeCommit.Length > 0)
        {
            return await OfCommitsAsync(diffs, task.MergeCommit + "^1", task.MergeCommit, stop);
        }
        if (task.State == TaskStates.Kept && run.BaseCommit.Length > 0)
        {
            // Nothing else is on the task's branch, and the run's staging branch no longer exists after the run.
            return await OfCommitsAsync(diffs, run.BaseCommit, task.Commit, stop);
        }
        if (task.Commit.Length > 0)
        {
            return await OfCommitsAsync(diffs, await BeginningAsync(commits, task.Commit, run.Staging, stop), task.Commit, stop);
        }
        if (new WorktreeStore(repository).Find(worktree) is not { } live || await live.ReadHeadAsync(stop) is not { } head)
        {
            return null;
        }
        var from = await BeginningAsync(commits, head, run.Staging, stop);
        var patch = await new WorktreeDiff(live).PatchAsync(from, stop);
        return new TaskDiff(patch.Text, patch.IsCut, from, null);
    }

    private static async Task<TaskDiff> OfCommitsAsync(Diffs diffs, string from, string to, CancellationToken stop)
    {
        var patch = await diffs.PatchAsync(from, to, cancellationToken: stop);
        return new TaskDiff(patch.Text, patch.IsCut, from, to);
    }

    // A task has one commit per attempt, and the parent of the first one is its base. Without a commit, the branch is still at the base.
    private static async Task<string> BeginningAsync(CommitStore commits, string commit, string staging, CancellationToken stop)
    {
        if (staging.Length == 0 || await commits.ReadAsync(staging, stop) is null)
        {
            return commit + "^1";
        }
        var own = await commits.ListFirstParentsAsync(commit, staging, stop);
        return own.Count > 0 ? own[^1].Id + "^1" : commit;
    }
}
