namespace Orchestrator.Runs.Reports;

/// <summary>Creates the report section about how the tasks spent their time.</summary>
internal static class TaskTimeReportSectionBuilder
{
    /// <summary>Creates the report section about how the tasks spent their time. The section is based on events only.</summary>
    /// <param name="end">End of the run, or the current time if the run is open.</param>
    public static RunReportSection Of(RunTimeline timeline, DateTimeOffset end)
    {
        var spans = CategorizedTaskTimePeriod.Of(timeline.All, end);
        var all = Sum(spans);
        return new RunReportSection("time", "Where the time went", [])
        {
            Table =
                spans.Count == 0
                    ? null
                    : new RunReportTable(
                        "time",
                        ["of all tasks together", "time", "share"],
                        [
                            .. CategorizedTaskTimePeriod
                                .Uses.Select(use => (Use: use, Spans: spans.Where(span => span.Use == use).ToList()))
                                .Where(use => use.Spans.Count > 0)
                                .Select(use => new RunReportRow(
                                    [CategorizedTaskTimePeriod.DisplayText(use.Use), Length(Sum(use.Spans)), Share(Sum(use.Spans) / all)],
                                    [.. use.Spans.SelectMany(span => span.Events).Distinct().Order()]
                                )),
                        ],
                        new RunReportRow(["all", Length(all), "100 %"], [])
                    ),
        };
    }

    /// <summary>Formats a duration in hours, minutes and seconds.</summary>
    public static string Length(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}");

    // Each duration is rounded to seconds, so that the displayed values add up to the displayed total.
    private static TimeSpan Sum(IEnumerable<CategorizedTaskTimePeriod> spans) =>
        TimeSpan.FromSeconds(spans.GroupBy(span => span.Use).Sum(use => Math.Round(use.Sum(span => span.Length.TotalSeconds))));

    private static string Share(double share) =>
        double.IsNaN(share) ? "" : string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");
}
