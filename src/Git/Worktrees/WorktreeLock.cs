namespace Orchestrator.Git.Worktrees;

/// <summary>Lock that allows one caller at a time to create or remove worktrees of a repository, or to land in its checkout. Needed because
/// concurrent <c>git worktree</c> commands race, and because a concurrent landing would look like changes by the user. Callers of one
/// process queue, and only the first caller waits for the file lock, which other processes may hold.</summary>
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
