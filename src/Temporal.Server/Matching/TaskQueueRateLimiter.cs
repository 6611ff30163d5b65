namespace Temporal.Server.Matching;

/// <summary>
/// Enforces a queue's rate limit, in tasks per second, with a token bucket. The bucket holds the tokens of one second, but at least one
/// token. Callers must hold the queue's lock.
/// </summary>
internal sealed class TaskQueueRateLimiter(TimeProvider time)
{
    // The value that workers without a rate limit send.
    private const double Unlimited = 100_000;

    // A queue with rate zero checks again after this time, in case the rate has changed.
    private static readonly TimeSpan Stopped = TimeSpan.FromSeconds(10);

    private double? _set;
    private double? _asked;
    private double _tokens = 1;
    private long _filled = time.GetTimestamp();

    /// <summary>Configured rate of the queue in tasks per second, or null for none. Takes precedence over the workers' rate.</summary>
    public double? Set
    {
        get => _set;
        set
        {
            _set = value;
            _tokens = Math.Min(_tokens, Capacity);
        }
    }

    /// <summary>Rate in tasks per second that the worker with the latest poll requested.</summary>
    public double Asked
    {
        set => _asked = value < Unlimited ? value : null;
    }

    private double? Limit => _set ?? _asked;

    private double Capacity => Math.Max(1, Limit ?? 1);

    /// <summary>Takes a token for a task. If no token is available, returns false and the time until the next token.</summary>
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

    /// <summary>Returns the token of a task that was not delivered.</summary>
    public void ReturnToken() => _tokens++;
}
