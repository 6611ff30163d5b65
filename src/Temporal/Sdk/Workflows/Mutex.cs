namespace Temporalio.Workflows;

/// <summary>A lock for workflow code; waiters are served in the order in which they came. It does not know who holds it.</summary>
public class Mutex
{
    private readonly Semaphore _semaphore = new(1);

    /// <summary>Waits for the lock.</summary>
    public Task WaitOneAsync(CancellationToken? cancellationToken = null) => _semaphore.WaitAsync(cancellationToken);

    /// <summary>Waits for the lock, but not longer than a timeout (0: not at all).</summary>
    /// <returns>Whether the lock was taken.</returns>
    public Task<bool> WaitOneAsync(int millisecondsTimeout, CancellationToken? cancellationToken = null) =>
        _semaphore.WaitAsync(millisecondsTimeout, cancellationToken);

    /// <summary>Waits for the lock, but not longer than a timeout (zero: not at all).</summary>
    /// <returns>Whether the lock was taken.</returns>
    public Task<bool> WaitOneAsync(TimeSpan timeout, CancellationToken? cancellationToken = null) =>
        _semaphore.WaitAsync(timeout, cancellationToken);

    /// <summary>Gives the lock back.</summary>
    /// <exception cref="InvalidOperationException">Nobody holds it.</exception>
    public void ReleaseMutex() => _semaphore.Release();
}
