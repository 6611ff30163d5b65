namespace Orchestrator.Runs.Reports;

/// <summary>Creates the report section about how the tasks spent their time.</summary>
internal static class TimeSection
{
    /// <summary>Creates the report section about the tasks' time. It is based on events only.</summary>
    /// <param name="end">End of the run, or the current time if the run is open.</param>
    public static ReportSection Of(RunTimeline timeline, DateTimeOffset end)
    {
        var spans = TaskSpan.Of(timeline.All, end);
        var all = Sum(spans);
        return new ReportSection("time", "Where the time went", [])
        {
            Table =
                spans.Count == 0
                    ? null
                    : new ReportTable(
                        "time",
                        ["of all tasks together", "time", "share"],
                        [
                            .. TaskSpan
                                .Uses.Select(use => (Use: use, Spans: spans.Where(span => span.Use == use).ToList()))
                                .Where(use => use.Spans.Count > 0)
                                .Select(use => new ReportRow(
                                    [TaskSpan.DisplayText(use.Use), Length(Sum(use.Spans)), Share(Sum(use.Spans) / all)],
                                    [.. use.Spans.SelectMany(span => span.Events).Distinct().Order()]
                                )),
                        ],
                        new ReportRow(["all", Length(all), "100 %"], [])
                    ),
        };
    }

    /// <summary>Formats a duration in hours, minutes and seconds.</summary>
    public static string Length(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}");

    // Each duration is rounded to seconds, so that the displayed values add up to the displayed total.
    private static TimeSpan Sum(IEnumerable<TaskSpan> spans) =>
        TimeSpan.FromSeconds(spans.GroupBy(span => span.Use).Sum(use => Math.Round(use.Sum(span => span.Length.TotalSeconds))));

    private static string Share(double share) =>
        double.IsNaN(share) ? "" : string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");
}
