namespace Orchestrator.Runs.Reports;

/// <summary>Creates the report sections about gates that have started to fail and about the number of tests.</summary>
internal static class GateReportSectionBuilder
{
    private const int LongestName = 120;

    /// <summary>Creates the report sections about gates. Renderers skip sections without lines.</summary>
    public static IEnumerable<RunReportSection> Of(RunStatus run, RunFolder folder, RunTimeline timeline)
    {
        var news = GateRegressions.Of(run, folder);
        yield return new RunReportSection(
            "red",
            "Newly red",
            [.. Red(news, verdict => EventsOf(verdict, run, folder, timeline), timeline)]
        );
        yield return Tests(news, verdict => EventsOf(verdict, run, folder, timeline));
    }

    private static IEnumerable<RunReportLine> Red(
        GateRegressions news,
        Func<GateVerdict, IReadOnlyList<long>> eventsOf,
        RunTimeline timeline
    )
    {
        if (news.Last.Count == 0)
        {
            yield break;
        }
        var red = news.Red.ToList();
        foreach (var verdict in red)
        {
            var before = verdict.BeforeWork == GateBaseCommitComparisonResult.Same ? false : news.PassedBefore(verdict);
            yield return new RunReportLine(
                before is false ? "still-red" : "newly-red",
                $"{GateVerdictFormatter.Line(verdict)}; "
                    + before switch
                    {
                        _ when GateVerdictFormatter.BeforeWork(verdict) is { Length: > 0 } atBase => atBase,
                        true => $"it passed in {news.Before}",
                        false => $"it also failed in {news.Before}",
                        null when news.Before is { } run => $"{run} did not run this gate",
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
            yield return new RunReportLine(
                "nothing-red",
                $"None: the last run of each gate passed{(news.Before is { } run ? $" (the previous run is {run})" : "")}."
            )
            {
                Events = timeline.OfRun,
            };
        }
    }

    private static RunReportSection Tests(GateRegressions news, Func<GateVerdict, IReadOnlyList<long>> eventsOf)
    {
        var counted = news.Last.Where(verdict => verdict.Tests is not null).ToList();
        return new RunReportSection("tests", "Tests counted", [])
        {
            Table =
                news.Last.Count == 0
                    ? null
                    : new RunReportTable(
                        "tests",
                        ["gate", "result", "tests", "skipped"],
                        [
                            .. news.Last.Select(verdict => new RunReportRow(
                                [
                                    QuotedText.CutLine(verdict.Name, LongestName),
                                    GateVerdictFormatter.Ending(verdict),
                                    verdict.Tests is { } tests ? Number(tests.Ran) : "none counted",
                                    verdict.Tests is { } skipped ? Number(skipped.Skipped) : "",
                                ],
                                eventsOf(verdict)
                            )),
                        ],
                        new RunReportRow(
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
