using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Cleaning;

/// <summary>Worktrees for reuse: those that tasks have given back, and those that gates run in. None is removed while a run is
/// open.</summary>
/// <param name="environment">Determines the cache folder.</param>
internal sealed class SpareWorktrees(GitRepository repository, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>Those beyond a number, of each kind.</summary>
    /// <param name="keep">How many stay (<c>worktrees.pool</c>).</param>
    public IReadOnlyList<string> Beyond(int keep) =>
        [
            .. new WorktreeStore(repository).ListPooled().Skip(keep),
            .. VerificationTrees.In(CacheFolder.Of(repository, environment)).Skip(keep),
        ];

    /// <summary>Removes them; one that is in use again stays.</summary>
    /// <param name="paths">What <see cref="Beyond"/> named.</param>
    /// <param name="stop">Checked between them.</param>
    /// <returns>How many were removed.</returns>
    public async Task<int> RemoveAsync(IReadOnlyList<string> paths, CancellationToken stop)
    {
        var worktrees = new WorktreeStore(repository);
        var pooled = worktrees.ListPooled().ToHashSet(StringComparer.Ordinal);
        var removed = 0;
        foreach (var path in paths)
        {
            using var held = pooled.Contains(path) ? null : LockFile.TryTake(VerificationTrees.LockOf(path));
            if (pooled.Contains(path) || held is not null)
            {
                await worktrees.RemoveAsync(path, stop);
                removed++;
            }
        }
        return removed;
    }
}
