using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard.Pages;

/// <summary>
/// Reconstructs earlier states of a run for the time slider in a shared file. Each moment has its own screen. The file contains all screens
/// and shows the one that the reader selects, without a script.
/// </summary>
internal static class RunTimeSliderBuilder
{
    // Maximum number of moments. Each moment adds a few bytes to each lane.
    private const int Most = 60;
    private const int LeastMoments = 12;
    private const int MostLanes = 4000;

    /// <summary>Returns screens for equally spaced moments on the time axis. The last screen shows the current state.</summary>
    /// <param name="screen">Screen of the run in its current state.</param>
    public static IReadOnlyList<RunPageContent> Of(RunPageContent screen)
    {
        var count = CountOf(screen);
        var moments = new List<RunPageContent>();
        RunPageContent? before = null;
        for (var number = 1; number < count; number++)
        {
            var until = screen.Axis.TimeAt(screen.Axis.Length.TotalSeconds * number / count);
            if (until >= screen.Timeline.End || EventAt(screen.Events, until) is not { } last)
            {
                break;
            }
            // The lanes end at the position of the slider, although the last event was earlier.
            before =
                before?.Address.At == last
                    ? before with
                    {
                        Timeline = TaskTimelineChart.Of(before.Run, before.Events, until),
                    }
                    : At(screen, last, until);
            moments.Add(before);
        }
        return [.. moments, screen];
    }

    /// <summary>Returns the number of equal parts into which the time axis is divided.</summary>
    public static int CountOf(RunPageContent screen) => Math.Clamp(MostLanes / Math.Max(1, screen.Run.Tasks.Count), LeastMoments, Most);

    /// <summary>Returns the number of the last event up to a time, or of the first event if all are later. Null if there are no
    /// events.</summary>
    public static long? EventAt(IReadOnlyList<RunEvent> events, DateTimeOffset time) =>
        events is [var first, ..] ? events.TakeWhile(happened => happened.Time <= time).LastOrDefault(first).Sequence : null;

    /// <summary>Returns the screen with the run as it was immediately after an event.</summary>
    /// <param name="screen">Screen of the run in its current state.</param>
    /// <param name="sequence">Number of the event.</param>
    /// <param name="end">End of the lanes, or null for the time of the event.</param>
    public static RunPageContent At(RunPageContent screen, long sequence, DateTimeOffset? end = null)
    {
        var shown = RunStatusFromEventsBuilder.Of(screen.Run, screen.Events, sequence);
        IReadOnlyList<RunEvent> until = [.. screen.Events.TakeWhile(happened => happened.Sequence <= sequence)];
        return screen with
        {
            Address = screen.Address with { At = sequence },
            Run = shown,
            Timeline = TaskTimelineChart.Of(shown, until, end ?? shown.UpdatedAt),
            Events = until,
        };
    }

    /// <summary>
    /// Groups equal values from all moments. Returns each distinct value with the CSS classes of the moments at which it is shown. If all
    /// values are equal, the class string is empty.
    /// </summary>
    /// <param name="values">The value at each moment, in order.</param>
    public static IReadOnlyList<(T Value, string Css)> Facets<T>(IEnumerable<T> values)
    {
        var all = values.Index().GroupBy(one => one.Item, one => one.Index).ToList();
        return all is [var only] ? [(only.Key, "")] : [.. all.Select(same => (same.Key, "m " + string.Join(' ', same.Select(Css))))];
    }

    /// <summary>Returns the CSS class of elements that are shown only at one moment.</summary>
    public static string Css(int moment) => string.Create(CultureInfo.InvariantCulture, $"m{moment}");
}
