namespace Temporal.Server.Matching;

/// <summary>
/// How many tasks per second may leave a queue: a bucket that holds what one second gives, at least one task. Guarded by the lock of its
/// queue.
/// </summary>
internal sealed class DispatchRate(TimeProvider time)
{
    // What workers without a limit of their own say.
    private const double Unlimited = 100_000;

    // A queue that is stopped looks again after so long, in case it is no longer.
    private static readonly TimeSpan Stopped = TimeSpan.FromSeconds(10);

    private double? _set;
    private double? _asked;
    private double _tokens = 1;
    private long _filled = time.GetTimestamp();

    /// <summary>Tasks per second that somebody set for the queue; it goes before what workers ask for. Null for none.</summary>
    public double? Set
    {
        get => _set;
        set
        {
            _set = value;
            _tokens = Math.Min(_tokens, Capacity);
        }
    }

    /// <summary>Tasks per second that the worker that polled last asks for.</summary>
    public double Asked
    {
        set => _asked = value < Unlimited ? value : null;
    }

    private double? Limit => _set ?? _asked;

    private double Capacity => Math.Max(1, Limit ?? 1);

    /// <summary>Lets a task go; false with the time to wait until the next may.</summary>
    public bool TryTake(out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (Limit is not { } limit)
        {
            return true;
        }

        var now = time.GetTimestamp();
        _tokens = Math.Min(Capacity, _tokens + (time.GetElapsedTime(_filled, now).TotalSeconds * limit));
        _filled = now;
        if (_tokens >= 1 && limit > 0)
        {
            _tokens--;
            return true;
        }

        wait = limit <= 0 ? Stopped : TimeSpan.FromSeconds(Math.Min(Stopped.TotalSeconds, (1 - _tokens) / limit));
        return false;
    }

    /// <summary>A task that was let go found nobody.</summary>
    public void GiveBack() => _tokens++;
}
