namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Lock that allows one caller at a time to create or remove worktrees of a repository, or to land in its checkout. Concurrent <c>git
/// worktree</c> commands race, and a concurrent landing would look like changes by the user. Within a process, callers wait in a queue, and
/// only the first waits for the file lock.
/// </summary>
internal sealed class WorktreeLock : IDisposable
{
    private readonly SemaphoreSlim _queue;
    private InterProcessFileLock? _file;

    private WorktreeLock(SemaphoreSlim queue) => _queue = queue;

    internal static async Task<WorktreeLock> AcquireAsync(GitRepository repository, CancellationToken cancellationToken)
    {
        var queue = repository.Part<InProcessWorktreeLock>().OneAtATime;
        await queue.WaitAsync(cancellationToken);
        var taken = new WorktreeLock(queue);
        try
        {
            taken._file = await InterProcessFileLock.AcquireAsync(
                Path.Combine(repository.OwnDirectory, "worktrees.mutex"),
                cancellationToken
            );
            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _queue.Release();
    }

    private sealed class InProcessWorktreeLock
    {
        internal SemaphoreSlim OneAtATime { get; } = new(1, 1);
    }
}
