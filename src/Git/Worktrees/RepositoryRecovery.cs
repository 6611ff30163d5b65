namespace Orchestrator.Git.Worktrees;

/// <summary>Cleans up after a crash. Called when a process starts to work in a repository.</summary>
internal sealed class RepositoryRecovery(GitRepository repository)
{
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestUseOfAnIndex = TimeSpan.FromHours(1); // Every git call of ours has ended by then.

    /// <summary>Waits up to 30 seconds for running writes of dead owners, and then stops them. Removes their lock files, and worktrees
    /// that are incomplete or partially removed.</summary>
    /// <exception cref="GitException">Processes of another PID namespace (a container) work in it.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        await repository.ClaimAsync(cancellationToken);
        await repository.SettleWritesAsync(WriteLimit, cancellationToken);
        TemporaryIndex.RemoveLeft(repository, LongestUseOfAnIndex);
        repository.RemoveLocksOfTheDead();
        await new WorktreeStore(repository).RemoveUnfinishedAsync("/", cancellationToken);
    }
}
