namespace Orchestrator.Git.Worktrees;

/// <summary>Cleans up a repository after a crash. Called when a process starts to work in the repository.</summary>
internal sealed class RepositoryCrashCleaner(GitRepository repository)
{
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestUseOfAnIndex = TimeSpan.FromHours(1); // All of our own git calls have ended by then.

    /// <summary>
    /// Waits up to 30 seconds for git processes that are still writing although the process that started them is dead, and then stops them.
    /// Removes lock files of dead git processes, old temporary index files, and worktrees that are incomplete or partially removed.
    /// </summary>
    /// <exception cref="GitException">Processes of another PID namespace (for example a container) work in the repository.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        await repository.ClaimAsync(cancellationToken);
        await repository.WaitForOrphanedWritesAsync(WriteLimit, cancellationToken);
        TemporaryIndex.RemoveLeft(repository, LongestUseOfAnIndex);
        repository.RemoveLocksOfTheDead();
        await new WorktreeManager(repository).RemoveUnfinishedAsync("/", cancellationToken);
    }
}
