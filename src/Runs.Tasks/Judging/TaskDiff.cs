namespace Orchestrator.Runs.Tasks;

/// <summary>The change of a task, read from git without an engine.</summary>
/// <param name="Text">A patch.</param>
/// <param name="IsCut">There is more than what is in the text.</param>
public sealed record TaskDiff(string Text, bool IsCut)
{
    /// <summary>The change, or null where there is neither commit nor worktree.</summary>
    /// <param name="services">Machine and open repositories.</param>
    /// <param name="run">The run.</param>
    /// <param name="task">Its task: merged, verified, or at work.</param>
    /// <param name="worktree">The task's worktree, which may be gone.</param>
    /// <returns>Of work in progress, or that ended before it was verified, with what is not committed.</returns>
    public static async Task<TaskDiff?> ReadAsync(
        RepositoryLocation repository,
        RunServices services,
        RunStatus run,
        RunTask task,
        string worktree,
        CancellationToken stop
    ) =>
        await ReadAsync(await services.LookIntoAsync(new RunFolder(repository.Root, run.RunId)), run, task, worktree, stop) is { } patch
            ? new TaskDiff(patch.Text, patch.IsCut)
            : null;

    /// <summary>The change of a whole run: the part that landed, else its staging branch.</summary>
    /// <param name="services">Machine and open repositories.</param>
    /// <param name="run">The run.</param>
    /// <returns>Null: nothing is merged.</returns>
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
        var patch = await new Diffs(repository).PatchAsync(run.BaseCommit, tip, cancellationToken: stop);
        return new TaskDiff(patch.Text, patch.IsCut);
    }

    private static async Task<Patch?> ReadAsync(
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
            return await diffs.PatchAsync(task.MergeCommit + "^1", task.MergeCommit, cancellationToken: stop);
        }
        if (task.State == TaskStates.Kept && run.BaseCommit.Length > 0)
        {
            // Nothing else is on its branch, and the run's staging branch is gone when it has ended.
            return await diffs.PatchAsync(run.BaseCommit, task.Commit, cancellationToken: stop);
        }
        if (task.Commit.Length > 0)
        {
            return await diffs.PatchAsync(
                await BeginningAsync(commits, task.Commit, run.Staging, stop),
                task.Commit,
                cancellationToken: stop
            );
        }
        return new WorktreeStore(repository).Find(worktree) is { } live && await live.ReadHeadAsync(stop) is { } head
            ? await new WorktreeDiff(live).PatchAsync(await BeginningAsync(commits, head, run.Staging, stop), stop)
            : null;
    }

    // A task has one commit per attempt; the parent of the first one is its base. Without a commit the branch is still at the base.
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
