namespace Temporalio.Workflows;

/// <summary>A counter of permits for workflow code; waiters are served in the order in which they came.</summary>
public class Semaphore
{
    private readonly LinkedList<Waiter> _waiters = new();

    /// <summary>Makes a semaphore with so many permits, all free.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is not positive.</exception>
    public Semaphore(int initialCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(initialCount);
        Max = CurrentCount = initialCount;
    }

    /// <summary>Number of permits in all.</summary>
    public int Max { get; init; }

    /// <summary>Number of free permits.</summary>
    public int CurrentCount { get; private set; }

    /// <summary>Waits for a permit.</summary>
    public Task WaitAsync(CancellationToken? cancellationToken = null) => TakeAsync(timeout: null, cancellationToken);

    /// <summary>Waits for a permit, but not longer than a timeout (0: not at all).</summary>
    /// <returns>Whether a permit was taken.</returns>
    public Task<bool> WaitAsync(int millisecondsTimeout, CancellationToken? cancellationToken = null) =>
        TakeAsync(TimeSpan.FromMilliseconds(millisecondsTimeout), cancellationToken);

    /// <summary>Waits for a permit, but not longer than a timeout (zero: not at all).</summary>
    /// <returns>Whether a permit was taken.</returns>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken? cancellationToken = null) => TakeAsync(timeout, cancellationToken);

    /// <summary>Gives a permit back.</summary>
    /// <exception cref="InvalidOperationException">All permits are free already.</exception>
    public void Release()
    {
        if (CurrentCount == Max)
        {
            throw new InvalidOperationException("Release without a permit: all permits are free already.");
        }

        CurrentCount++;
        for (var node = _waiters.First; node is not null && CurrentCount > 0; node = node.Next)
        {
            if (!node.Value.Granted)
            {
                node.Value.Granted = true;
                CurrentCount--;
            }
        }
    }

    private async Task<bool> TakeAsync(TimeSpan? timeout, CancellationToken? cancellationToken)
    {
        var token = cancellationToken ?? Workflow.CancellationToken;
        token.ThrowIfCancellationRequested();
        if (CurrentCount > 0)
        {
            CurrentCount--;
            return true;
        }

        if (timeout == TimeSpan.Zero)
        {
            return false;
        }

        var waiter = new Waiter();
        var node = _waiters.AddLast(waiter);
        try
        {
            if (timeout is { } limit && limit != Timeout.InfiniteTimeSpan)
            {
                await Workflow.WaitConditionAsync(() => waiter.Granted, limit, token);
            }
            else
            {
                await Workflow.WaitConditionAsync(() => waiter.Granted, token);
            }
        }
        catch (OperationCanceledException) when (waiter.Granted)
        {
            // The permit came together with the cancellation: the caller has it and must give it back.
        }
        finally
        {
            _waiters.Remove(node);
        }

        return waiter.Granted;
    }

    private sealed class Waiter
    {
        public bool Granted { get; set; }
    }
}
