namespace Orchestrator.Dashboard.Views;

/// <summary>Period in which no task of a run was running. The time axis shows the period shortened.</summary>
/// <param name="From">Begin.</param>
/// <param name="To">End.</param>
/// <param name="Shown">Length of the period on the time axis.</param>
public sealed record IdlePeriod(DateTimeOffset From, DateTimeOffset To, TimeSpan Shown)
{
    // A wait that is short compared with the work is not shortened.
    private const double LeastPart = 0.5;
    private const double ShownPart = 0.08;
    private static readonly TimeSpan _least = TimeSpan.FromMinutes(2);

    /// <summary>Duration of the idle time.</summary>
    public TimeSpan Length => To - From;

    /// <summary>Time by which the period is shortened on the axis.</summary>
    public TimeSpan Saved => Length - Shown;

    /// <summary>Returns, in order, the idle periods of a run that exceed both two minutes and half of the run's working time.</summary>
    public static IReadOnlyList<IdlePeriod> Of(TaskTimelineChart timeline)
    {
        var work = timeline
            .Lanes.SelectMany(lane => lane.Segments.Where(segment => !segment.IsWait))
            .Select(segment => (segment.From, segment.To))
            .OrderBy(segment => segment.From)
            .ToList();
        if (work.Count == 0)
        {
            return [];
        }
        var gaps = new List<(DateTimeOffset From, DateTimeOffset To)>();
        var (busy, until) = (TimeSpan.Zero, timeline.Begin);
        foreach (var (from, to) in work)
        {
            if (from > until)
            {
                gaps.Add((until, from));
                until = from;
            }
            if (to > until)
            {
                busy += to - until;
                until = to;
            }
        }
        if (timeline.End > until)
        {
            gaps.Add((until, timeline.End));
        }
        return
        [
            .. gaps.Where(gap => gap.To - gap.From > _least && gap.To - gap.From > busy * LeastPart)
                .Select(gap => new IdlePeriod(
                    gap.From,
                    gap.To,
                    busy * ShownPart > gap.To - gap.From ? gap.To - gap.From : busy * ShownPart
                )),
        ];
    }
}
