using Orchestrator.Gates.Trees;
using Orchestrator.Git;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;
using Orchestrator.Runs.Gates;

namespace Orchestrator.App.Cleaning;

/// <summary>
/// Finds and removes worktrees and set-up results that are kept for reuse. The worktrees were released by tasks or are used to run gates.
/// The caller ensures that no run is open.
/// </summary>
/// <param name="environment">Determines the cache folder.</param>
/// <param name="time">Clock, used to determine which worktrees are in use.</param>
internal sealed class ReusableWorktreeRemover(GitRepository repository, IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private readonly string _cache = CacheFolder.Of(repository, environment);

    /// <summary>Returns the paths of the surplus worktrees and set-up results, given the number to keep of each kind.</summary>
    /// <param name="keep">Number of worktrees to keep (<c>worktrees.pool</c>).</param>
    public IReadOnlyList<string> Beyond(int keep) =>
        [
            .. new WorktreeManager(repository).ListPooled().Skip(keep),
            .. VerificationWorktreePool.In(_cache).Skip(keep),
            .. SetUpCache.In(_cache).Skip(keep),
        ];

    /// <summary>Removes reusable worktrees and set-up results, except those that are in use.</summary>
    /// <param name="paths">Paths returned by <see cref="Beyond"/>.</param>
    /// <param name="stop">Checked between the worktrees.</param>
    /// <returns>Number of removed worktrees.</returns>
    public async Task<int> RemoveAsync(IReadOnlyList<string> paths, CancellationToken stop)
    {
        var worktrees = new WorktreeManager(repository);
        var pooled = worktrees.ListPooled().ToHashSet(StringComparer.Ordinal);
        var removed = 0;
        foreach (var path in paths)
        {
            if (Path.GetDirectoryName(path) == SetUpCache.FolderIn(_cache))
            {
                removed += SetUpCache.TryRemove(path, time.GetUtcNow()) ? 1 : 0;
                continue;
            }
            using var held = pooled.Contains(path) ? null : InterProcessFileLock.TryTake(VerificationWorktreePool.LockOf(path));
            if (pooled.Contains(path) || held is not null)
            {
                await worktrees.RemoveAsync(path, stop);
                removed++;
            }
        }
        return removed;
    }
}
