using Orchestrator.Gates.Trees;
using Orchestrator.Git;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Machine.Cleaning;

/// <summary>The worktrees that wait for another use: those that tasks have released, those that gates run in, and the results of set-up.
/// None is removed while a run is open.</summary>
/// <param name="environment">Determines the cache folder.</param>
/// <param name="time">Tells what is in use.</param>
internal sealed class SpareWorktrees(GitRepository repository, IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private readonly string _cache = CacheFolder.Of(repository, environment);

    /// <summary>The spare worktrees beyond a number, of each kind.</summary>
    /// <param name="keep">How many stay (<c>worktrees.pool</c>).</param>
    public IReadOnlyList<string> Beyond(int keep) =>
        [
            .. new WorktreeStore(repository).ListPooled().Skip(keep),
            .. VerificationTrees.In(_cache).Skip(keep),
            .. KeptSetUps.In(_cache).Skip(keep),
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
            if (Path.GetDirectoryName(path) == KeptSetUps.FolderIn(_cache))
            {
                removed += KeptSetUps.TryRemove(path, time.GetUtcNow()) ? 1 : 0;
                continue;
            }
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
