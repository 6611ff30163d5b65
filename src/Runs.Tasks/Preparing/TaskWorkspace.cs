using Orchestrator.Git.Refs;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks;

/// <summary>Paths and refs of a task: its branch, its worktree, its run's staging branch.</summary>
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

    /// <summary>Snapshots of its agent's unfinished work, renewed while it works.</summary>
    public UnfinishedWork Unfinished => new(Repository, $"{RunId}/{TaskId}");

    /// <summary>Name under which the task's work is kept before we overwrite it.</summary>
    /// <param name="what">Description of the content, for people.</param>
    public KeepAs Keep(string what) => new(RunRefs.Kept(Files.Folder, TaskId), $"{TaskId}: {what}", new CommitTrailers(RunId, TaskId));

    /// <summary>Keeps the content of a worktree of the task before it is overwritten, and notes where.</summary>
    /// <param name="what">Description of the content, for people.</param>
    /// <param name="known">As in <see cref="DiscardPermit.KeepAsync"/>.</param>
    /// <param name="stop">Checked between the steps.</param>
    public async Task<DiscardPermit> KeepAsync(Worktree worktree, string what, IReadOnlyCollection<string> known, CancellationToken stop)
    {
        var permit = await DiscardPermit.KeepAsync(worktree, Keep(what), known, stop);
        SavedWork.Note(Files.Folder, TaskId, permit.Kept, what);
        return permit;
    }

    /// <summary>The worktree's absolute path.</summary>
    public string WorktreePath => Path.Combine(Repository.MainCheckout!, Files.Settings.Worktrees.Directory, Files.Folder.Name, TaskId);

    /// <summary>Relative to the main checkout.</summary>
    public string RelativePath => Path.GetRelativePath(Repository.MainCheckout!, WorktreePath);

    /// <summary>Staging as the run's record has it.</summary>
    public StagingRecord StagingRecord => new(Repository, Staging, Files.Folder);

    /// <summary>The commit that new work starts from.</summary>
    /// <param name="recorded">The position of staging when the task was started, as the run knows it.</param>
    public async Task<string> StagingTipAsync(string recorded, CancellationToken stop) =>
        await StagingRecord.BaseAsync(recorded, stop)
        ?? throw new StepException(
            $"The staging branch {RunRefs.Shown(Staging)} is gone. Put it back (git branch {RunRefs.Shown(Staging)} "
                + $"{(recorded.Length > 0 ? recorded : "COMMIT; the reflog has it")}), then retry the task.",
            "StagingGone"
        );

    /// <summary>The worktree: an existing one, one from the pool, or a new one.</summary>
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
                Keep = Keep("what was in its place"),
                Pool = await PoolAsync(commit, stop),
            },
            stop
        );
        foreach (var name in wasThere ? (await Refs.ListAsync([RunRefs.Kept(Files.Folder, TaskId)], stop)).Keys : [])
        {
            SavedWork.Note(Files.Folder, TaskId, name, "what was in the worktree's place when it was made anew, or before");
        }
        return made;
    }

    /// <summary>Returns the worktree to the pool, if there is one and everything in it is proven to be kept.</summary>
    /// <param name="keepers">Refs or commits that stay.</param>
    /// <param name="stop">Ends the waiting for others that create or return worktrees.</param>
    /// <returns>The worktree that stays and why; null where none does.</returns>
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

    /// <summary>Returns the worktree of work that is verified and waits to be merged, where other tasks may wait for one: in a large
    /// repository it takes them longer to make one than to do their work. If the work is not merged, the task takes one again.</summary>
    /// <param name="work">The work, whose commit the task's branch keeps. Where a person decides first, they may look at its files.</param>
    public async Task ReturnVerifiedAsync(VerifyResult work, CancellationToken stop)
    {
        if (work.NeedsPerson.Length > 0 || Files.Plan.Tasks.Count <= Files.Settings.Workers)
        {
            return;
        }
        (TaskNotes.Read(Files.Folder, TaskId) with { Returned = work.Commit }).Write(Files.Folder, TaskId);
        await ReturnWorktreeAsync([work.Commit], stop);
    }

    /// <summary>The worktree; one that was returned before a crash is taken again, at the verified commit.</summary>
    /// <returns>Null: it is gone with what was in it.</returns>
    public async Task<Worktree?> FindWorktreeAsync(CancellationToken stop)
    {
        if (Worktrees.Find(WorktreePath) is { } found)
        {
            return found;
        }
        var returned = TaskNotes.Read(Files.Folder, TaskId).Returned;
        return returned.Length > 0 && returned == await Refs.ReadAsync(Branch, stop) ? await EnsureWorktreeAsync(returned, stop) : null;
    }

    /// <summary>Kept files (<c>worktrees.keep</c>) are valid as long as all lock files are the same.</summary>
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
        // As many as there are workers: more would only wait, and in a large repository each takes much space.
        return new WorktreePool(Path.Combine(Repository.MainCheckout!, Files.Settings.Worktrees.Directory, ".pool"))
        {
            Capacity = Files.Settings.Workers,
            Keep = Files.Settings.Worktrees.Keep,
            KeepKey = key,
        };
    }
}
