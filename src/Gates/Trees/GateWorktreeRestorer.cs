using Orchestrator.Git.Worktrees;

namespace Orchestrator.Gates.Trees;

/// <summary>Changes that a gate made to its worktree, and the outcome of restoring the worktree.</summary>
/// <param name="Changed">Tracked files that the gate changed and that were restored.</param>
/// <param name="Removed">New files, not ignored by git, that were removed.</param>
/// <param name="LeavesFiles">True if the gate left files that later gates may need.</param>
/// <param name="IsWhole">True if the tree is back at its commit.</param>
public sealed record GateWorktreeRestoreResult(
    IReadOnlyList<string> Changed,
    IReadOnlyList<string> Removed,
    bool LeavesFiles,
    bool IsWhole
);

/// <summary>Restores a tree to its commit after each run of a gate, and records the changes that each gate made.</summary>
/// <param name="kept">Untracked and ignored files that existed before the first gate.</param>
public sealed class GateWorktreeRestorer(WorktreeRestorer baseline, IReadOnlySet<string> kept)
{
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
    private IReadOnlySet<string> _kept = kept;
    private IReadOnlySet<string> _left = kept;
    private WorktreeRestorer _baseline = baseline;
    private bool _isWhole = true;

    /// <summary>Files that earlier gates wrote and that were removed when the tree was restored.</summary>
    public IReadOnlyList<string> RemovedBefore { get; private set; } = [];

    /// <summary>Switches to the new state of a worktree that was set up again between two runs of a gate.</summary>
    /// <param name="baseline">Restores the new tree.</param>
    /// <param name="kept">Untracked and ignored files in the new tree.</param>
    public void Restart(WorktreeRestorer baseline, IReadOnlySet<string> kept) => (_baseline, _kept, _left) = (baseline, kept, kept);

    /// <summary>Untracked and ignored files and folders that are left in the tree after the last run.</summary>
    public IReadOnlySet<string> Left => _left;

    /// <summary>Restores the tree after a run of a gate.</summary>
    /// <returns>False if the tree can't be restored.</returns>
    public async Task<bool> PutBackAsync(CancellationToken stop)
    {
        if (await _baseline.TryRestoreAsync(_kept, Ecosystems.IsReadFirst, stop) is not { } restored)
        {
            return _isWhole = false;
        }
        _changed.UnionWith(restored.Changed);
        _removed.UnionWith(restored.Removed);
        _left = restored.Others;
        return true;
    }

    /// <summary>Restores the tree after a gate, and returns the changes that the gate made in all its runs.</summary>
    public async Task<GateWorktreeRestoreResult> EndAsync(CancellationToken stop)
    {
        var isWhole = await PutBackAsync(stop) && _isWhole;
        var traces = new GateWorktreeRestoreResult(
            [.. _changed],
            [.. _removed],
            !isWhole || _removed.Count > 0 || !_left.IsSubsetOf(_kept),
            isWhole
        );
        RemovedBefore = [.. RemovedBefore.Union(_removed)];
        _kept = _left;
        _changed.Clear();
        _removed.Clear();
        return traces;
    }
}
