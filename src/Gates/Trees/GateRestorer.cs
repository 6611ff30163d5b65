using Orchestrator.Git.Worktrees;

namespace Orchestrator.Gates.Trees;

/// <summary>The traces that a gate left in its tree.</summary>
/// <param name="Changed">Tracked files that it changed; they were put back.</param>
/// <param name="Removed">Files that git does not ignore; they were removed.</param>
/// <param name="LeavesFiles">It left files that later gates may need.</param>
/// <param name="IsWhole">The tree is at its commit again.</param>
public sealed record GateTraces(IReadOnlyList<string> Changed, IReadOnlyList<string> Removed, bool LeavesFiles, bool IsWhole);

/// <summary>Puts a tree back to its commit after each run of a gate, and knows what each gate left.</summary>
/// <param name="kept">Untracked and ignored files that were there before the first gate.</param>
public sealed class GateRestorer(WorktreeBaseline baseline, IReadOnlySet<string> kept)
{
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
    private IReadOnlySet<string> _kept = kept;
    private IReadOnlySet<string> _left = kept;
    private WorktreeBaseline _baseline = baseline;
    private bool _isWhole = true;

    /// <summary>Files that earlier gates left and that were removed.</summary>
    public IReadOnlyList<string> RemovedBefore { get; private set; } = [];

    /// <summary>Takes note of a tree that was set up anew between two runs of a gate.</summary>
    /// <param name="baseline">Puts it back.</param>
    /// <param name="kept">Untracked and ignored files in it.</param>
    public void Restart(WorktreeBaseline baseline, IReadOnlySet<string> kept) => (_baseline, _kept, _left) = (baseline, kept, kept);

    /// <summary>Untracked and ignored files and folders that are in the tree.</summary>
    public IReadOnlySet<string> Left => _left;

    /// <summary>Puts the tree back after a run of a gate.</summary>
    /// <returns>False if it can't be.</returns>
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

    /// <summary>Puts the tree back after a gate, and says what the gate had changed in all its runs.</summary>
    public async Task<GateTraces> EndAsync(CancellationToken stop)
    {
        var isWhole = await PutBackAsync(stop) && _isWhole;
        var traces = new GateTraces([.. _changed], [.. _removed], !isWhole || _removed.Count > 0 || !_left.IsSubsetOf(_kept), isWhole);
        RemovedBefore = [.. RemovedBefore.Union(_removed)];
        _kept = _left;
        _changed.Clear();
        _removed.Clear();
        return traces;
    }
}
