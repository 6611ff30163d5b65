namespace Temporal.Server.Timers;

/// <summary>A clock that follows another one and can be moved forward.</summary>
internal sealed class SkippingClock(TimeProvider inner) : TimeProvider
{
    private long _skipped;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow().AddTicks(Volatile.Read(ref _skipped));

    /// <summary>Moves the clock forward to a time. A past time has no effect.</summary>
    public void SkipTo(DateTimeOffset time)
    {
        var ahead = (time - GetUtcNow()).Ticks;
        if (ahead > 0)
        {
            Interlocked.Add(ref _skipped, ahead);
        }
    }
}
