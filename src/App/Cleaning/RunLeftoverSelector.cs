using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.App.Cleaning;

/// <summary>Selects the worktrees and saved work of ended runs that may be removed.</summary>
internal sealed class RunLeftoverSelector(GitRepository repository)
{
    private readonly GitCommitReaderAndWriter _commits = new(repository);
    private readonly WorktreeManager _worktrees = new(repository);

    /// <summary>
    /// Returns the removable worktrees, and the branches that are checked out in all other worktrees. A worktree is removable if it
    /// contains no unmerged work, or if the user discards that work.
    /// </summary>
    /// <param name="worktrees">Worktrees of a run.</param>
    /// <param name="contained">Commits on the user's own branches.</param>
    /// <param name="others">Receives a sentence for each worktree with unmerged content.</param>
    /// <param name="givesUp">True to also remove worktrees with unmerged content, because the user discards it.</param>
    /// <param name="stop">Checked between the steps.</param>
    public async Task<(List<(Worktree, WorkDeletionSafetyCheckResult)> Removable, HashSet<string> Busy)> WorktreesAsync(
        IReadOnlyList<ListedGitWorktree> worktrees,
        IReadOnlySet<string> contained,
        List<string> others,
        bool givesUp,
        CancellationToken stop
    )
    {
        var removable = new List<(Worktree, WorkDeletionSafetyCheckResult)>();
        var busy = new HashSet<string>(StringComparer.Ordinal);
        foreach (var info in worktrees)
        {
            if (_worktrees.Find(info.Path) is not { } worktree)
            {
                continue;
            }
            // The branch is checked separately.
            var isKept = info.Branch is not null || (info.Head is { } at && contained.Contains(at));
            string[] keepers = isKept && info.Head is { } head ? [head] : [];
            var proof = await new WorkDeletionSafetyChecker(repository).CheckWorktreeAsync(worktree, keepers, [], stop);
            if (proof.IsProven)
            {
                removable.Add((worktree, proof));
                continue;
            }
            others.Add($"its worktree: {proof.Reason}");
            if (givesUp)
            {
                removable.Add((worktree, new WorkDeletionSafetyCheckResult(IsProven: true, "The user chose to discard it.")));
            }
            else if (info.Branch is not null)
            {
                busy.Add(info.Branch);
            }
        }
        return (removable, busy);
    }

    /// <summary>
    /// Returns the tasks whose saved work may be removed, because the task was merged, or because its snapshot is unreadable or contains no
    /// changes.
    /// </summary>
    public async Task<IReadOnlyList<string>> UnfinishedAsync(
        EndedRun run,
        IReadOnlyDictionary<string, UnfinishedWorkSnapshot?> saved,
        IReadOnlySet<string> contained,
        List<string> kept,
        CancellationToken stop
    )
    {
        var gone = new List<string>();
        var staying = new List<string>();
        foreach (var (task, snapshot) in saved)
        {
            var isMerged = run.Status.Tasks.Any(known => known.Id == task && known.State == TaskStateNames.Merged);
            var isUnchanged =
                snapshot?.Head is { } head && contained.Contains(head) && (await _commits.ReadAsync(head, stop))?.Tree == snapshot.Tree;
            (isMerged || snapshot is null || isUnchanged ? gone : staying).Add(task);
        }
        if (staying.Count > 0)
        {
            kept.Add($"unfinished work of {FileNameEncoding.List(staying)}");
        }
        return gone;
    }

    /// <summary>
    /// Returns the snapshots of unfinished work of a run's tasks, by task id. The value for an unreadable snapshot is null.
    /// </summary>
    public Dictionary<string, UnfinishedWorkSnapshot?> SnapshotsOf(string run)
    {
        var folder = UnfinishedWorkStore.FolderOf(repository, run);
        return Directory.Exists(folder)
            ? Directory
                .EnumerateDirectories(folder)
                .Select(Path.GetFileName)
                .ToDictionary(task => task!, task => new UnfinishedWorkStore(repository, $"{run}/{task}").Find(), StringComparer.Ordinal)
            : [];
    }
}
