namespace Orchestrator.Dashboard.Views;

/// <summary>
/// A bar in a task's row of the timeline. Represents one segment, or adjacent segments that are too short to be visible alone.
/// </summary>
/// <param name="Work">Kind of the segment. For several segments, the kind that took longest.</param>
/// <param name="From">Begin.</param>
/// <param name="To">End.</param>
/// <param name="Segments">Number of segments.</param>
/// <param name="Attempt">Number of the first segment's attempt.</param>
/// <param name="IsOpen">True if the last segment has not ended.</param>
public sealed record TaskTimelineBar(
    TaskTimelineSegmentKind Work,
    DateTimeOffset From,
    DateTimeOffset To,
    int Segments,
    int Attempt,
    bool IsOpen
)
{
    /// <summary>Minimum width of a segment as a fraction of the axis. Narrower adjacent segments are combined.</summary>
    private const double Least = 0.008;

    /// <summary>True if the task is waiting during this bar.</summary>
    public bool IsWait => Work is TaskTimelineSegmentKind.Person or TaskTimelineSegmentKind.Limit or TaskTimelineSegmentKind.Slot;

    /// <summary>Returns the bars of a task's row in order.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="axis">Scale of the drawing.</param>
    public static IReadOnlyList<TaskTimelineBar> Of(TaskTimelineRow lane, TimelineAxis axis)
    {
        var bars = new List<TaskTimelineBar>();
        var group = new List<TaskTimelineSegment>();
        var least = axis.Length.TotalSeconds * Least;
        foreach (var segment in lane.Segments)
        {
            var isNarrow = Width(segment.From, segment.To) < least;
            // Short adjacent segments are added to a group until the group is wide enough to be visible.
            if (group.Count > 0 && (!isNarrow || Width(group[0].From, segment.To) > least || group[^1].To != segment.From))
            {
                bars.Add(Combine(group));
                group.Clear();
            }
            group.Add(segment);
        }
        if (group.Count > 0)
        {
            bars.Add(Combine(group));
        }
        return bars;

        double Width(DateTimeOffset from, DateTimeOffset to) => axis.PositionOf(to) - axis.PositionOf(from);
    }

    private static TaskTimelineBar Combine(List<TaskTimelineSegment> group)
    {
        var longest = group
            .GroupBy(segment => segment.Work)
            .MaxBy(same => same.Aggregate(TimeSpan.Zero, (sum, segment) => sum + segment.Length))!
            .Key;
        return new TaskTimelineBar(longest, group[0].From, group[^1].To, group.Count, group[0].Attempt, group[^1].IsOpen);
    }
}
