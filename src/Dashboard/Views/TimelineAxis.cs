namespace Orchestrator.Dashboard.Views;

/// <summary>Scale of a timeline in percent of its width.</summary>
public sealed class TimelineAxis
{
    private const int MostTicks = 6;

    // Narrower bars could not be seen.
    private const double Least = 0.25;

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

    private TimelineAxis(DateTimeOffset begin, TimeSpan length, int step)
    {
        _begin = begin;
        Length = length;
        Ticks =
        [
            .. Enumerable
                .Range(0, (int)(length.TotalSeconds / step) + 1)
                .Select(tick =>
                    (At: TimeSpan.FromSeconds((double)tick * step), Label: CompactFormatter.Time(TimeSpan.FromSeconds((double)tick * step)))
                )
                .Where(tick => tick.At < length * 0.97),
        ];
    }

    /// <summary>Time that the axis shows, at least 10 seconds.</summary>
    public TimeSpan Length { get; }

    /// <summary>Labeled times since the begin.</summary>
    public IReadOnlyList<(TimeSpan At, string Label)> Ticks { get; }

    /// <summary>Chooses a scale with at most six ticks. The end is rounded up to a quarter of a tick, so that the bars of ended work stay
    /// where they are while a run continues.</summary>
    /// <param name="timeline">The timeline.</param>
    public static TimelineAxis Of(RunTimeline timeline)
    {
        var seconds = Math.Max(10, (timeline.End - timeline.Begin).TotalSeconds * 1.02);
        var step = _steps.FirstOrDefault(
            one => seconds / one <= MostTicks,
            _steps[^1] * (int)Math.Ceiling(seconds / _steps[^1] / MostTicks)
        );
        var quarter = step / 4.0;
        return new TimelineAxis(timeline.Begin, TimeSpan.FromSeconds(Math.Ceiling(seconds / quarter) * quarter), step);
    }

    /// <summary>Rounds the current time down to a step that is visible, so that a page without other changes is the same.</summary>
    /// <param name="begin">Begin of the run.</param>
    /// <param name="now">Current time.</param>
    public static DateTimeOffset Rounded(DateTimeOffset begin, DateTimeOffset now)
    {
        var seconds = (now - begin).TotalSeconds;
        var step = _steps.FirstOrDefault(one => seconds / one <= 250, _steps[^1]);
        return seconds <= 0 ? now : begin + TimeSpan.FromSeconds(Math.Floor(seconds / step) * step);
    }

    /// <summary>Returns the position of a time as a percentage with the sign.</summary>
    public string At(DateTimeOffset time) => Percent(PartOf(time));

    /// <summary>Returns the position of a tick as a percentage with the sign.</summary>
    public string At(TimeSpan since) => At(_begin + since);

    /// <summary>Returns the width of an interval as a percentage with the sign.</summary>
    public string Width(DateTimeOffset from, DateTimeOffset to) => Percent(Math.Max(Least, PartOf(to) - PartOf(from)));

    private double PartOf(DateTimeOffset time) => Math.Clamp(100 * (time - _begin) / Length, 0, 100);

    private static string Percent(double part) => part.ToString("0.##", CultureInfo.InvariantCulture) + "%";
}
