using Orchestrator.Git.Refs;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks;

/// <summary>Paths and refs of a task, namely its branch, its worktree, and its run's staging branch.</summary>
public sealed class TaskWorkspace(GitRepository repository, RunFiles files, string taskId)
{
    public GitRepository Repository { get; } = repository;

    public RunFiles Files { get; } = files;

    public RefStore Refs { get; } = new(repository);

    public WorktreeStore Worktrees { get; } = new(repository);

    public string TaskId { get; } = taskId;

    public string RunId => Files.Folder.Name;

    public string Branch => RunRefs.Task(Files.Settings, Files.Folder, TaskId);

    public string Staging => RunRefs.Staging(Files.Settings, Files.Folder);

    /// <summary>Snapshots of the agent's unfinished work, updated while it works.</summary>
    public UnfinishedWorkStore Unfinished => new(Repository, $"{RunId}/{TaskId}");

    /// <summary>Returns the ref and label under which the task's work is kept before it is overwritten.</summary>
    /// <param name="what">Description of the content, for display.</param>
    public RetentionTarget Keep(string what) =>
        new(RunRefs.Kept(Files.Folder, TaskId), $"{TaskId}: {what}", new CommitTrailers(RunId, TaskId));

    /// <summary>Keeps the content of a task's worktree before it is overwritten, and records its ref.</summary>
    /// <param name="what">Description of the content, for display.</param>
    /// <param name="known">Commits already kept, as in <see cref="DiscardPermit.KeepAsync"/>.</param>
    /// <param name="stop">Cancels between the steps.</param>
    public async Task<DiscardPermit> KeepAsync(Worktree worktree, string what, IReadOnlyCollection<string> known, CancellationToken stop)
    {
        var permit = await DiscardPermit.KeepAsync(worktree, Keep(what), known, stop);
        RetainedWorkNotes.Note(Files.Folder, TaskId, permit.Kept, what);
        return permit;
    }

    /// <summary>Absolute path of the worktree.</summary>
    public string WorktreePath => Path.Combine(Repository.MainCheckout!, Files.Settings.Worktrees.Directory, Files.Folder.Name, TaskId);

    /// <summary>Path of the worktree, relative to the main checkout.</summary>
    public string RelativePath => Path.GetRelativePath(Repository.MainCheckout!, WorktreePath);

    /// <summary>Staging branch compared with the run's record.</summary>
    public StagingRecord StagingRecord => new(Repository, Staging, Files.Folder);

    /// <summary>Returns the commit that new work starts from.</summary>
    /// <param name="recorded">Position of staging at the task's start, from the run's record.</param>
    public async Task<string> StagingTipAsync(string recorded, CancellationToken stop) =>
        await StagingRecord.BaseAsync(recorded, stop)
        ?? throw new StepException(
            $"The staging branch {RunRefs.Shown(Staging)} is missing. Restore it (git branch {RunRefs.Shown(Staging)} "
                + $"{(recorded.Length > 0 ? recorded : "COMMIT; the reflog has it")}), then retry the task.",
            "StagingGone"
        );

    /// <summary>Returns the existing worktree, one from the pool, or a new one.</summary>
    public async Task<Worktree> EnsureWorktreeAsync(string commit, CancellationToken stop)
    {
        if (Worktrees.Find(WorktreePath) is { } found)
        {
            await new WorktreeIndex(found).RepairAsync(commit, stop);
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
        foreach (var name in wasThere ? (await Refs.ListAsync([RunRefs.Kept(Files.Folder, TaskId)], stop)).Keys : [])
        {
            RetainedWorkNotes.Note(Files.Folder, TaskId, name, "earlier content of the worktree's folder");
        }
        return made;
    }

    /// <summary>Returns the worktree to the pool, if everything in it is proven to be kept elsewhere.</summary>
    /// <param name="keepers">Refs or commits that are kept.</param>
    /// <param name="stop">Cancels waiting for other processes that create or return worktrees.</param>
    /// <returns>The worktree that stays with the reason, or null if none does.</returns>
    public async Task<(Worktree Worktree, string Reason)?> ReturnWorktreeAsync(IReadOnlyCollection<string> keepers, CancellationToken stop)
    {
        if (Worktrees.Find(WorktreePath) is not { } worktree)
        {
            return null;
        }
        var proof = await new DeletionProof(Repository).CheckWorktreeAsync(worktree, keepers, [], stop);
        if (!proof.IsProven)
        {
            return (worktree, proof.Reason);
        }
        await Worktrees.ReturnAsync(WorktreePath, await PoolAsync(Branch, stop), DiscardPermit.Proven(worktree, proof), stop);
        Unfinished.Remove();
        return null;
    }

    /// <summary>Returns the worktree of verified work that waits for its merge, if other tasks may need one. In a large repository,
    /// creating a worktree takes longer than the work of a task. If the work is not merged, the task takes a worktree again.</summary>
    /// <param name="work">The verified work, whose commit the task's branch keeps. The worktree stays if a user must decide first, because
    /// the user may inspect its files.</param>
    public async Task ReturnVerifiedAsync(VerifyResult work, CancellationToken stop)
    {
        if (work.NeedsPerson.Length > 0 || Files.Plan.Tasks.Count <= Files.Settings.Workers)
        {
            return;
        }
        (TaskNotes.Read(Files.Folder, TaskId) with { Returned = work.Commit }).Write(Files.Folder, TaskId);
        await ReturnWorktreeAsync([work.Commit], stop);
    }

    /// <summary>Finds the worktree. One that was returned before a crash is taken again at the verified commit.</summary>
    /// <returns>The worktree, or null if it is lost with its content.</returns>
    public async Task<Worktree?> FindWorktreeAsync(CancellationToken stop)
    {
        if (Worktrees.Find(WorktreePath) is { } found)
        {
            return found;
        }
        var returned = TaskNotes.Read(Files.Folder, TaskId).Returned;
        return returned.Length > 0 && returned == await Refs.ReadAsync(Branch, stop) ? await EnsureWorktreeAsync(returned, stop) : null;
    }

    /// <summary>Opens the pool. Kept files (<c>worktrees.keep</c>) are valid only while all lock files are unchanged.</summary>
    private async Task<WorktreePool> PoolAsync(string commit, CancellationToken stop)
    {
        var key = "";
        if (Files.Settings.Worktrees.Keep.Count > 0)
        {
            var locks = (await new CommitStore(Repository).ListFilesAsync(commit, stop)).Where(f =>
                WorktreeSetup.LockFiles.Contains(Path.GetFileName(f.Path))
            );
            key = string.Join('\n', locks.Select(f => $"{f.Id} {f.Path}"));
        }
        // One worktree per worker is enough. More would only sit idle, and each takes much space in a large repository.
        return new WorktreePool(Path.Combine(Repository.MainCheckout!, Files.Settings.Worktrees.Directory, ".pool"))
        {
            Capacity = Files.Settings.Workers,
            Keep = Files.Settings.Worktrees.Keep,
            KeepKey = key,
        };
    }
}
