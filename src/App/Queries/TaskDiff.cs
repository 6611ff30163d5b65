using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.App.Queries;

/// <summary>The changes of a task or a run, as read from git. Works without a Temporal server.</summary>
/// <param name="Text">The patch.</param>
/// <param name="IsCut">True if the patch was too long and its end is missing.</param>
/// <param name="From">Revision of the old version.</param>
/// <param name="To">Revision of the new version, or null if the new version includes uncommitted changes.</param>
public sealed record TaskDiff(string Text, bool IsCut, string From, string? To)
{
    /// <summary>Reads the changes of a task. Returns null if the task has neither a commit nor a worktree.</summary>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="run">Status of the run.</param>
    /// <param name="task">The task. It may be merged, verified or in progress.</param>
    /// <param name="worktree">Absolute path of the task's worktree, which may not exist.</param>
    /// <returns>The changes. If the work was not verified, they include uncommitted changes.</returns>
    public static async Task<TaskDiff?> ReadAsync(
        LocalRepositoryPaths repository,
        RunServiceBundle services,
        RunStatus run,
        RunTaskStatus task,
        string worktree,
        CancellationToken stop
    ) => await ReadAsync(await services.OpenReadOnlyAsync(new RunFolder(repository.Root, run.RunId)), run, task, worktree, stop);

    /// <summary>
    /// Reads the changes of a whole run from its staging branch, or from its landed commit if the staging branch no longer exists.
    /// </summary>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="run">Status of the run.</param>
    /// <returns>The changes, or null if nothing was merged.</returns>
    public static async Task<TaskDiff?> OfRunAsync(
        LocalRepositoryPaths place,
        RunServiceBundle services,
        RunStatus run,
        CancellationToken stop
    )
    {
        var repository = await services.OpenReadOnlyAsync(new RunFolder(place.Root, run.RunId));
        return await FindTipAsync(repository, run, stop) is { } tip
            ? await OfCommitsAsync(new GitDiffReader(repository), run.BaseCommit, tip, stop)
            : null;
    }

    /// <summary>Counts the lines that a whole run added and removed. Both numbers are 0 if nothing was merged.</summary>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="run">Status of the run.</param>
    public static async Task<(int Added, int Removed)> CountLinesOfRunAsync(
        LocalRepositoryPaths place,
        RunServiceBundle services,
        RunStatus run,
        CancellationToken stop
    )
    {
        var repository = await services.OpenReadOnlyAsync(new RunFolder(place.Root, run.RunId));
        return await FindTipAsync(repository, run, stop) is { } tip
            ? await new GitDiffReader(repository).SumLinesAsync(run.BaseCommit, tip, stop)
            : (0, 0);
    }

    private static async Task<string?> FindTipAsync(GitRepository repository, RunStatus run, CancellationToken stop)
    {
        var commits = new GitCommitReaderAndWriter(repository);
        var tip =
            run.Staging.Length > 0 && await commits.ReadAsync(run.Staging, stop) is { } staging ? staging.Id
            : run.LandedCommit.Length > 0 && await commits.ReadAsync(run.LandedCommit, stop) is not null ? run.LandedCommit
            : "";
        return run.BaseCommit.Length == 0 || tip.Length == 0 ? null : tip;
    }

    private static async Task<TaskDiff?> ReadAsync(
        GitRepository repository,
        RunStatus run,
        RunTaskStatus task,
        string worktree,
        CancellationToken stop
    )
    {
        var (diffs, commits) = (new GitDiffReader(repository), new GitCommitReaderAndWriter(repository));
        if (task.MergeCommit.Length > 0)
        {
            return await OfCommitsAsync(diffs, task.MergeCommit + "^1", task.MergeCommit, stop);
        }
        if (task.State == TaskStateNames.Kept && run.BaseCommit.Length > 0)
        {
            // The task's branch contains only its own work, and the staging branch no longer exists after the run.
            return await OfCommitsAsync(diffs, run.BaseCommit, task.Commit, stop);
        }
        if (task.Commit.Length > 0)
        {
            return await OfCommitsAsync(diffs, await BeginningAsync(commits, task.Commit, run.Staging, stop), task.Commit, stop);
        }
        if (new WorktreeManager(repository).Find(worktree) is not { } live || await live.ReadHeadAsync(stop) is not { } head)
        {
            return null;
        }
        var from = await BeginningAsync(commits, head, run.Staging, stop);
        var patch = await new WorktreeDiffReader(live).PatchAsync(from, stop);
        return new TaskDiff(patch.Text, patch.IsCut, from, null);
    }

    private static async Task<TaskDiff> OfCommitsAsync(GitDiffReader diffs, string from, string to, CancellationToken stop)
    {
        var patch = await diffs.PatchAsync(from, to, cancellationToken: stop);
        return new TaskDiff(patch.Text, patch.IsCut, from, to);
    }

    // A task has one commit per attempt, and the first one's parent is the base. Without a commit, the branch still points to the base.
    private static async Task<string> BeginningAsync(
        GitCommitReaderAndWriter commits,
        string commit,
        string staging,
        CancellationToken stop
    )
    {
        if (staging.Length == 0 || await commits.ReadAsync(staging, stop) is null)
        {
            return commit + "^1";
        }
        var own = await commits.ListFirstParentsAsync(commit, staging, stop);
        return own.Count > 0 ? own[^1].Id + "^1" : commit;
    }
}
