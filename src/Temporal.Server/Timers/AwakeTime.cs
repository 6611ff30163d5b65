namespace Temporal.Server.Timers;

/// <summary>
/// The time that attempts are measured in: it stands still while the machine sleeps, and a wall clock that somebody sets does not move it.
/// Otherwise every attempt under way would be overdue at once when a machine wakes up. Noticed by the wall clock leaving the monotonic one,
/// which does not count sleep.
/// </summary>
/// <param name="wall">The clock of the engine.</param>
/// <param name="real">The clock whose jumps count; another than <paramref name="wall"/> when that one skips on purpose. Null: the
/// same.</param>
internal sealed class AwakeTime(TimeProvider wall, TimeProvider? real = null)
{
    /// <summary>Smaller differences are a clock that is being corrected.</summary>
    private static readonly TimeSpan Jump = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _real = real ?? wall;
    private readonly Lock _lock = new();
    private readonly List<(DateTimeOffset Wall, TimeSpan Asleep)> _jumps = [];
    private readonly DateTimeOffset _startWall = (real ?? wall).GetUtcNow();
    private readonly long _startMonotonic = (real ?? wall).GetTimestamp();
    private TimeSpan _asleep;

    /// <summary>
    /// How far the wall clock has left this one, both jumps of it and sleep of the machine; negative when it was set back.
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

    /// <summary>The time of this clock, which stands still while the machine sleeps.</summary>
    public DateTimeOffset Now => wall.GetUtcNow() - Asleep;

    /// <summary>The reading of this clock at a past time of the wall clock.</summary>
    public DateTimeOffset At(DateTimeOffset past)
    {
        var asleep = Asleep;
        lock (_lock)
        {
            // Before the first jump nothing had been slept that is known.
            var then = _jumps.FindLast(jump => jump.Wall <= past).Asleep;
            var now = wall.GetUtcNow() - asleep;
            return past - then < now ? past - then : now;
        }
    }

    /// <summary>When the wall clock will show a time of this clock, if nothing more happens to either.</summary>
    public DateTimeOffset Wall(DateTimeOffset awake) => awake + Asleep;
}
