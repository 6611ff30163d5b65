namespace Temporal.Server.Timers;

/// <summary>
/// Clock for the timeouts of activity and workflow task attempts. The clock stops while the machine sleeps and ignores changes to the wall
/// clock. With the wall clock, every running attempt would time out when the machine wakes up. Sleep is detected by comparing the wall
/// clock with the monotonic clock, which does not count sleep.
/// </summary>
/// <param name="wall">The engine's clock.</param>
/// <param name="real">The clock to observe for jumps, if <paramref name="wall"/> skips time on purpose. Null to observe
/// <paramref name="wall"/>.</param>
internal sealed class AwakeClock(TimeProvider wall, TimeProvider? real = null)
{
    /// <summary>
    /// Minimum difference between the clocks that counts as sleep or a clock change. Smaller differences are regular clock corrections.
    /// </summary>
    private static readonly TimeSpan Jump = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _real = real ?? wall;
    private readonly Lock _lock = new();
    private readonly List<(DateTimeOffset Wall, TimeSpan Asleep)> _jumps = [];
    private readonly DateTimeOffset _startWall = (real ?? wall).GetUtcNow();
    private readonly long _startMonotonic = (real ?? wall).GetTimestamp();
    private TimeSpan _asleep;

    /// <summary>
    /// Amount by which the wall clock is ahead of this clock because of sleep and clock changes; negative after the wall clock was set
    /// back.
    /// </summary>
    public TimeSpan Asleep
    {
        get
        {
            lock (_lock)
            {
                var drift = _real.GetUtcNow() - _startWall - _real.GetElapsedTime(_startMonotonic);
                if ((drift - _asleep).Duration() > Jump)
                {
                    _asleep = drift;
                    _jumps.Add((wall.GetUtcNow(), drift));
                }

                return _asleep;
            }
        }
    }

    /// <summary>Current time of this clock.</summary>
    public DateTimeOffset Now => wall.GetUtcNow() - Asleep;

    /// <summary>Converts a past wall clock time to this clock's time.</summary>
    public DateTimeOffset At(DateTimeOffset past)
    {
        var asleep = Asleep;
        lock (_lock)
        {
            // Before the first jump, no sleep is known.
            var then = _jumps.FindLast(jump => jump.Wall <= past).Asleep;
            var now = wall.GetUtcNow() - asleep;
            return past - then < now ? past - then : now;
        }
    }

    /// <summary>Converts a time of this clock to wall clock time, assuming no further sleep or clock change.</summary>
    public DateTimeOffset Wall(DateTimeOffset awake) => awake + Asleep;
}
