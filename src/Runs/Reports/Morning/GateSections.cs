namespace Orchestrator.Runs.Reports;

/// <summary>Creates the report sections about gates that newly fail and about the number of tests.</summary>
internal static class GateSections
{
    private const int LongestName = 120;

    /// <summary>Creates the report sections about gates. Renderers skip sections without lines.</summary>
    public static IEnumerable<ReportSection> Of(RunStatus run, RunFolder folder, RunTimeline timeline)
    {
        var news = GateRegressions.Of(run, folder);
        yield return new ReportSection("red", "Newly red", [.. Red(news, verdict => EventsOf(verdict, run, folder, timeline), timeline)]);
        yield return Tests(news, verdict => EventsOf(verdict, run, folder, timeline));
    }

    private static IEnumerable<ReportLine> Red(GateRegressions news, Func<GateVerdict, IReadOnlyList<long>> eventsOf, RunTimeline timeline)
    {
        if (news.Last.Count == 0)
        {
            yield break;
        }
        var red = news.Red.ToList();
        foreach (var verdict in red)
        {
            var before = verdict.BeforeWork == BaseComparison.Same ? false : news.PassedBefore(verdict);
            yield return new ReportLine(
                before is false ? "still-red" : "newly-red",
                $"{GateFormatter.Line(verdict)}; "
                    + before switch
                    {
                        _ when GateFormatter.BeforeWork(verdict) is { Length: > 0 } atBase => atBase,
                        true => $"in {news.Before} it passed",
                        false => $"in {news.Before} it was red too",
                        null when news.Before is { } run => $"{run} did not run it",
                        null => "no earlier run has gate results",
                    }
                    + (verdict.Gate.Required ? "" : ". It is only advisory")
            )
            {
                Events = eventsOf(verdict),
                IsBad = before is not false,
            };
        }
        if (red.Count == 0)
        {
            yield return new ReportLine(
                "nothing-red",
                $"None: the last run of each gate passed{(news.Before is { } run ? $" (the previous run is {run})" : "")}."
            )
            {
                Events = timeline.OfRun,
            };
        }
    }

    private static ReportSection Tests(GateRegressions news, Func<GateVerdict, IReadOnlyList<long>> eventsOf)
    {
        var counted = news.Last.Where(verdict => verdict.Tests is not null).ToList();
        return new ReportSection("tests", "Tests counted", [])
        {
            Table =
                news.Last.Count == 0
                    ? null
                    : new ReportTable(
                        "tests",
                        ["gate", "result", "tests", "skipped"],
                        [
                            .. news.Last.Select(verdict => new ReportRow(
                                [
                                    QuotedText.CutLine(verdict.Name, LongestName),
                                    GateFormatter.Ending(verdict),
                                    verdict.Tests is { } tests ? Number(tests.Ran) : "none counted",
                                    verdict.Tests is { } skipped ? Number(skipped.Skipped) : "",
                                ],
                                eventsOf(verdict)
                            )),
                        ],
                        new ReportRow(
                            [
                                "all",
                                "",
                                Number(counted.Sum(verdict => verdict.Tests!.Ran)),
                                Number(counted.Sum(verdict => verdict.Tests!.Skipped)),
                            ],
                            []
                        )
                    ),
        };
    }

    // Gates have no events of their own, so the event is used that started the verification of the task or the landing.
    private static IReadOnlyList<long> EventsOf(GateVerdict verdict, RunStatus run, RunFolder folder, RunTimeline timeline)
    {
        var task = verdict.EvidenceFile is not { } log
            ? null
            : run.Tasks.FirstOrDefault(task =>
                log.StartsWith(folder.Relative(folder.Task(task.Id)) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            );
        return timeline.Before(task?.Id, verdict.At);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
