namespace Orchestrator.Dashboard.Views;

/// <summary>
/// Time axis of a run, which converts times to percentages of its width. Long periods without running tasks are shortened. Otherwise, a
/// night of waiting would make all other periods too narrow to see.
/// </summary>
public sealed class TimelineAxis
{
    private const int MostTicks = 6;

    // Narrower bars could not be seen.
    private const double Least = 0.25;

    // Width of a label's character in percent of a phone's screen, so that labels do not overlap.
    private const double CharacterWidth = 2.4;

    private static readonly int[] _steps =
    [
        1,
        2,
        5,
        10,
        15,
        30,
        60,
        120,
        300,
        600,
        900,
        1800,
        3600,
        7200,
        10800,
        21600,
        43200,
        86400,
        172800,
        604800,
        1209600,
        2592000,
    ];

    private readonly DateTimeOffset _begin;

    private TimelineAxis(DateTimeOffset begin, IReadOnlyList<IdlePeriod> idle, double length, int step)
    {
        _begin = begin;
        Idle = idle;
        Length = TimeSpan.FromSeconds(length);
        Ticks = [.. TicksOf(step)];
    }

    /// <summary>Length of the axis, in which idle times are shortened. At least 10 seconds.</summary>
    public TimeSpan Length { get; }

    /// <summary>Idle times that are shortened on the axis.</summary>
    public IReadOnlyList<IdlePeriod> Idle { get; }

    /// <summary>Labeled ticks.</summary>
    public IReadOnlyList<TimelineTick> Ticks { get; }

    /// <summary>
    /// Creates the time axis of a timeline with at most six ticks. The end of the axis is rounded up to a quarter of a tick interval. While
    /// a run continues, the bars of ended work therefore move only when the axis grows.
    /// </summary>
    /// <param name="timeline">The timeline.</param>
    public static TimelineAxis Of(TaskTimelineChart timeline)
    {
        var idle = IdlePeriod.Of(timeline);
        var shown = (timeline.End - timeline.Begin).TotalSeconds - idle.Sum(one => one.Saved.TotalSeconds);
        var seconds = Math.Max(10, shown * 1.02);
        var step = _steps.FirstOrDefault(
            one => seconds / one <= MostTicks,
            _steps[^1] * (int)Math.Ceiling(seconds / _steps[^1] / MostTicks)
        );
        var quarter = step / 4.0;
        return new TimelineAxis(timeline.Begin, idle, Math.Ceiling(seconds / quarter) * quarter, step);
    }

    /// <summary>
    /// Rounds the current time down to a step that is visible on the axis, so that a page without other changes stays identical.
    /// </summary>
    /// <param name="begin">Begin of the run.</param>
    /// <param name="now">Current time.</param>
    public static DateTimeOffset Rounded(DateTimeOffset begin, DateTimeOffset now)
    {
        var seconds = (now - begin).TotalSeconds;
        var step = _steps.FirstOrDefault(one => seconds / one <= 250, _steps[^1]);
        return seconds <= 0 ? now : begin + TimeSpan.FromSeconds(Math.Floor(seconds / step) * step);
    }

    /// <summary>Converts a position on the axis, in seconds from its start, to a time.</summary>
    /// <param name="place">Position in seconds of <see cref="Length"/>.</param>
    public DateTimeOffset TimeAt(double place)
    {
        var time = _begin.AddSeconds(place);
        foreach (var idle in Idle.Where(idle => time > idle.From))
        {
            var within = time - idle.From;
            time = within < idle.Shown ? idle.From + (within * (idle.Length / idle.Shown)) : time + idle.Saved;
        }
        return time;
    }

    /// <summary>Converts a time to a position on the axis, in seconds from its start.</summary>
    public double PositionOf(DateTimeOffset time)
    {
        var place = time - _begin;
        foreach (var idle in Idle.Where(idle => time > idle.From))
        {
            place -= time >= idle.To ? idle.Saved : (time - idle.From) * (idle.Saved / idle.Length);
        }
        return Math.Clamp(place.TotalSeconds, 0, Length.TotalSeconds);
    }

    /// <summary>Returns the position of a time on the axis as a percentage, including the percent sign.</summary>
    public string At(DateTimeOffset time) => Percent(PartOf(time));

    /// <summary>
    /// Returns the position of a tick on the axis, given its time since the start of the run, as a percentage with a percent sign.
    /// </summary>
    public string At(TimeSpan since) => At(_begin + since);

    /// <summary>Returns the width of an interval on the axis as a percentage, including the percent sign.</summary>
    public string Width(DateTimeOffset from, DateTimeOffset to) => Percent(Math.Max(Least, PartOf(to) - PartOf(from)));

    private IEnumerable<TimelineTick> TicksOf(int step)
    {
        var free = double.NegativeInfinity;
        for (var place = 0.0; place < Length.TotalSeconds * 0.97; place += step)
        {
            // If a tick falls into an idle time, it is moved to the next round time.
            var since = (TimeAt(place) - _begin).TotalSeconds;
            var at = TimeSpan.FromSeconds(Math.Ceiling(Math.Round(since / step, 3)) * step);
            var part = PartOf(_begin + at);
            var label = "+" + DurationAndTokenFormatter.Time(at);
            var width = CharacterWidth * label.Length;
            var isBefore = part > 100 - width;
            if (part < 97 && (isBefore ? part - width : part) >= free)
            {
                free = isBefore ? part : part + width;
                yield return new TimelineTick(at, label, isBefore);
            }
        }
    }

    private double PartOf(DateTimeOffset time) => 100 * PositionOf(time) / Length.TotalSeconds;

    private static string Percent(double part) => part.ToString("0.##", CultureInfo.InvariantCulture) + "%";
}
