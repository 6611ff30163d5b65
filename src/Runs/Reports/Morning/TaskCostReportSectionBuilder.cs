using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Reports;

/// <summary>Creates the report section about the cost of each task.</summary>
internal static class TaskCostReportSectionBuilder
{
    /// <summary>Creates the report section about costs. The sum of its rows is the cost of the run.</summary>
    public static RunReportSection Of(RunStatus run, RunFolder folder, RunTimeline timeline)
    {
        var told = run.Tasks.Where(task => task.Starts > 0 || task.Cost > 0).OrderByDescending(task => task.Cost).ToList();
        var rest = run.Cost - told.Sum(task => task.Cost);
        var restStarts = run.AgentStarts - told.Sum(task => task.Starts);
        List<RunReportRow> rows =
        [
            .. told.Select(task => new RunReportRow(
                [task.Id, Money(task.Cost), task.State, Number(task.Attempt), Number(task.Starts), Number(task.Tokens)],
                timeline.Last(task.Id)
            )
            {
                Task = task.Id,
            }),
        ];
        if (rest != 0 || restStarts != 0)
        {
            rows.Add(new RunReportRow(["no task's", Money(rest), "", "", Number(restStarts), ""], timeline.OfRun));
        }
        return new RunReportSection(
            "money",
            "Money by task",
            rows.Count == 0
                ? [new RunReportLine("no-money", "No agent was started.") { Events = timeline.OfRun }]
                : [.. Cache(told.SelectMany(task => AttemptLanguageModelReader.NotesOf(folder.Path, task.Id)), timeline)]
        )
        {
            Table =
                rows.Count == 0
                    ? null
                    : new RunReportTable(
                        "money",
                        ["task", "USD", "state", "attempts", "starts", "tokens"],
                        rows,
                        new RunReportRow(
                            ["all", Money(run.Cost), "", "", Number(run.AgentStarts), Number(told.Sum(task => task.Tokens))],
                            []
                        )
                    ),
        };
    }

    private static IEnumerable<RunReportLine> Cache(IEnumerable<AgentRunOutcomeFile> notes, RunTimeline timeline)
    {
        var (read, cached) = notes.Aggregate((0L, 0L), (sum, note) => (sum.Item1 + note.TokensRead, sum.Item2 + note.CacheRead));
        if (read > 0)
        {
            yield return new RunReportLine(
                "cache",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Of {Plural.Grouped(read, "token")} that models read, {cached:#,0} ({100 * cached / read} %) came from the "
                        + $"provider's cache."
                )
            )
            {
                Events = timeline.OfRun,
            };
        }
    }

    // Amounts are shown in cents, or with more digits if the cents would not add up to the total.
    private static string Money(decimal dollars) =>
        decimal.Round(dollars, 2) == dollars
            ? dollars.ToString("0.00", CultureInfo.InvariantCulture)
            : dollars.ToString("0.00####", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
