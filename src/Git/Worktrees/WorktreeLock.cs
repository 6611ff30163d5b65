namespace Orchestrator.Git.Worktrees;

/// <summary>Lets one caller at a time make or remove worktrees of a repository, or land in its checkout, since git's own steps for that
/// race: another's landing looks like changes of the user's. Callers of one process stand in a queue; only the first of them asks for the
/// file that other processes may hold.</summary>
internal sealed class WorktreeLock : IDisposable
{
    private readonly SemaphoreSlim _queue;
    private LockFile? _file;

    private WorktreeLock(SemaphoreSlim queue) => _queue = queue;

    internal static async Task<WorktreeLock> AcquireAsync(GitRepository repository, CancellationToken cancellationToken)
    {
        var queue = repository.Part<Queue>().OneAtATime;
        await queue.WaitAsync(cancellationToken);
        var taken = new WorktreeLock(queue);
        try
        {
            taken._file = await LockFile.TakeAsync(Path.Combine(repository.OwnDirectory, "worktrees.mutex"), cancellationToken);
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

    private sealed class Queue
    {
        internal SemaphoreSlim OneAtATime { get; } = new(1, 1);
    }
}
