namespace Orchestrator.Git;

/// <summary>
/// Lets one process at a time make or remove worktrees of a repository, or land in its checkout, since git's own steps for that race: another's landing
/// looks like changes of the user's.
/// </summary>
internal static class WorktreeLock
{
    internal static Task<MutexFile> AcquireAsync(GitRepository repository, CancellationToken cancellationToken) =>
        MutexFile.TakeAsync(Path.Combine(repository.OwnDirectory, "worktrees.mutex"), cancellationToken);
}
