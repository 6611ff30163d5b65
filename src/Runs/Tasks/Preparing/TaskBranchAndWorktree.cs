using Orchestrator.Git.Refs;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks;

/// <summary>The branch and the worktree of a task, and the staging branch of its run.</summary>
public sealed class TaskBranchAndWorktree(GitRepository repository, RunPlanAndSettings files, string taskId)
{
    public GitRepository Repository { get; } = repository;

    public RunPlanAndSettings Files { get; } = files;

    public RefStore Refs { get; } = new(repository);

    public WorktreeManager Worktrees { get; } = new(repository);

    public string TaskId { get; } = taskId;

    /// <summary>Id of the run, as used in the names of refs and folders.</summary>
    public string RunId => Files.Folder.Name;

    /// <summary>Full ref name of the task's branch.</summary>
    public string Branch => RunRefNameBuilder.Task(Files.Settings, Files.Folder, TaskId);

    /// <summary>Full ref name of the run's staging branch.</summary>
    public string Staging => RunRefNameBuilder.Staging(Files.Settings, Files.Folder);

    /// <summary>Snapshots of the agent's unfinished work. They are updated while the agent is running.</summary>
    public UnfinishedWorkStore Unfinished => new(Repository, $"{RunId}/{TaskId}");

    /// <summary>
    /// Returns the ref prefix and the commit message with which a copy of the task's work is kept before the work is overwritten.
    /// </summary>
    /// <param name="what">Description of the content, for display.</param>
    public RetentionTarget Keep(string what) =>
        new(RunRefNameBuilder.Kept(Files.Folder, TaskId), $"{TaskId}: {what}", new CommitTrailers(RunId, TaskId));

    /// <summary>
    /// Keeps the content of the task's worktree under a ref before the content is overwritten, and records the name of the ref.
    /// </summary>
    /// <param name="what">Description of the content, for display.</param>
    /// <param name="known">Commits that are already kept (see <see cref="WorktreeDiscardPermit.KeepAsync"/>).</param>
    /// <param name="stop">Cancels between the steps.</param>
    public async Task<WorktreeDiscardPermit> KeepAsync(
        Worktree worktree,
        string what,
        IReadOnlyCollection<string> known,
        CancellationToken stop
    )
    {
        var permit = await WorktreeDiscardPermit.KeepAsync(worktree, Keep(what), known, stop);
        RetainedWorkLocationRecorder.Note(Files.Folder, TaskId, permit.Kept, what);
        return permit;
    }

    /// <summary>Absolute path of the worktree.</summary>
    public string WorktreePath => Path.Combine(Repository.MainCheckout!, Files.Settings.Worktrees.Directory, Files.Folder.Name, TaskId);

    /// <summary>Path of the worktree, relative to the main checkout.</summary>
    public string RelativePath => Path.GetRelativePath(Repository.MainCheckout!, WorktreePath);

    /// <summary>Compares the staging branch with the position in the run's history.</summary>
    public StagingBranchReconciler StagingRecord => new(Repository, Staging, Files.Folder);

    /// <summary>Returns the commit from which new work starts.</summary>
    /// <param name="recorded">Position of staging when the task started, from the run's history.</param>
    public async Task<string> StagingTipAsync(string recorded, CancellationToken stop) =>
        await StagingRecord.BaseAsync(recorded, stop)
        ?? throw new RunStepFailedException(
            $"The staging branch {RunRefNameBuilder.Label(Staging)} is missing. Restore it (git branch {RunRefNameBuilder.Label(Staging)} "
                + $"{(recorded.Length > 0 ? recorded : "COMMIT; the reflog has it")}), then retry the task.",
            "StagingGone"
        );

    /// <summary>Returns the existing worktree, or one from the pool, or else a new one.</summary>
    public async Task<Worktree> EnsureWorktreeAsync(string commit, CancellationToken stop)
    {
        if (Worktrees.Find(WorktreePath) is { } found)
        {
            await new WorktreeGitIndexRepairer(found).RepairAsync(commit, stop);
            return found;
        }
        var wasThere = Directory.Exists(WorktreePath);
        var made = await Worktrees.EnsureAsync(
            new WorktreeRequest(WorktreePath, commit)
            {
                Branch = Branch,
                LockReason = $"task {TaskId} of {RunId} (orchestrate)",
                Keep = Keep("earlier content of its folder"),
                Pool = await PoolAsync(commit, stop),
            },
            stop
        );
        foreach (var name in wasThere ? (await Refs.ListAsync([RunRefNameBuilder.Kept(Files.Folder, TaskId)], stop)).Keys : [])
        {
            RetainedWorkLocationRecorder.Note(Files.Folder, TaskId, name, "earlier content of the worktree's folder");
        }
        return made;
    }

    /// <summary>Returns the worktree to the pool of reusable worktrees if all its content is verified to be kept elsewhere.</summary>
    /// <param name="keepers">Refs or commits that keep content.</param>
    /// <param name="stop">Cancels waiting for other processes that create or return worktrees.</param>
    /// <returns>The worktree that could not be returned and the reason, or null if it was returned.</returns>
    public async Task<(Worktree Worktree, string Reason)?> ReturnWorktreeAsync(IReadOnlyCollection<string> keepers, CancellationToken stop)
    {
        if (Worktrees.Find(WorktreePath) is not { } worktree)
        {
            return null;
        }
        var proof = await new WorkDeletionSafetyChecker(Repository).CheckWorktreeAsync(worktree, keepers, [], stop);
        if (!proof.IsProven)
        {
            return (worktree, proof.Reason);
        }
        await Worktrees.ReturnAsync(WorktreePath, await PoolAsync(Branch, stop), WorktreeDiscardPermit.Proven(worktree, proof), stop);
        Unfinished.Remove();
        return null;
    }

    /// <summary>
    /// Returns the worktree of verified work to the pool before the work is merged, if other tasks may need a worktree. In a large
    /// repository, creating a worktree takes longer than the work of a task. If the work can't be merged, the task gets a worktree again.
    /// </summary>
    /// <param name="work">The verified work, whose commit is on the task's branch. If a user must decide about it first, the worktree is
    /// kept, because the user may want to see its files.</param>
    public async Task ReturnVerifiedAsync(VerifyResult work, CancellationToken stop)
    {
        if (work.NeedsPerson.Length > 0 || Files.Plan.Tasks.Count <= Files.Settings.Workers)
        {
            return;
        }
        (TaskWorktreeRecord.Read(Files.Folder, TaskId) with { Returned = work.Commit }).Write(Files.Folder, TaskId);
        await ReturnWorktreeAsync([work.Commit], stop);
    }

    /// <summary>
    /// Finds the worktree of a task. If the worktree was returned to the pool before a crash, it is set up again at the verified commit.
    /// </summary>
    /// <returns>The worktree, or null if it no longer exists and its content is lost.</returns>
    public async Task<Worktree?> FindWorktreeAsync(CancellationToken stop)
    {
        if (Worktrees.Find(WorktreePath) is { } found)
        {
            return found;
        }
        var returned = TaskWorktreeRecord.Read(Files.Folder, TaskId).Returned;
        return returned.Length > 0 && returned == await Refs.ReadAsync(Branch, stop) ? await EnsureWorktreeAsync(returned, stop) : null;
    }

    /// <summary>
    /// Opens the pool of reusable worktrees. The files that <c>worktrees.keep</c> preserves in pooled worktrees are reused only while no
    /// lock file changes.
    /// </summary>
    private async Task<WorktreePool> PoolAsync(string commit, CancellationToken stop)
    {
        var key = "";
        if (Files.Settings.Worktrees.Keep.Count > 0)
        {
            var locks = (await new GitCommitReaderAndWriter(Repository).ListFilesAsync(commit, stop)).Where(f =>
                WorktreeSetUpRunner.LockFiles.Contains(Path.GetFileName(f.Path))
            );
            key = string.Join('\n', locks.Select(f => $"{f.Id} {f.Path}"));
        }
        // One worktree per worker is sufficient. More would be unused, and each takes much space in a large repository.
        return new WorktreePool(Path.Combine(Repository.MainCheckout!, Files.Settings.Worktrees.Directory, ".pool"))
        {
            Capacity = Files.Settings.Workers,
            Keep = Files.Settings.Worktrees.Keep,
            KeepKey = key,
        };
    }
}
