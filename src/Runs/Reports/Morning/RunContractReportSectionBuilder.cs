using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Merging;
using Orchestrator.Usage;
using Orchestrator.Usage.Forecasts;

namespace Orchestrator.Runs.Reports;

/// <summary>
/// Creates the report section that compares the run contract and the forecast with the actual values. Violated clauses come first.
/// </summary>
internal static class RunContractReportSectionBuilder
{
    private const int MostNamed = 10;

    /// <summary>
    /// Creates the report section that compares the run's agreed limits (the run contract) and its forecast with the outcome. The section
    /// is empty if the run has neither.
    /// </summary>
    /// <param name="now">The current time, which is used as the end of an open run.</param>
    /// <param name="accounts">Usage records of the user's agents, or null if unknown.</param>
    public static RunReportSection Of(
        RunStatus run,
        RunFolder folder,
        RunTimeline timeline,
        DateTimeOffset now,
        AccountUsageRecordCache? accounts = null
    )
    {
        OrchestrationInput? input;
        try
        {
            input = RunStartSettings.TryRead(folder)?.Input;
        }
        catch (RunStepFailedException damaged)
        {
            return Section([new RunReportLine("contract-unknown", damaged.Message) { Events = timeline.OfRun, IsBad = true }]);
        }
        var clauses = input?.Night is null ? [] : Clauses(run, input, folder, timeline, now);
        return Section([
            .. clauses.OrderByDescending(clause => clause.IsBad),
            .. Expected(run, input?.Forecast, folder, timeline, now),
            .. Windows(run, input?.Forecast, accounts, timeline, now),
            .. (input?.Night?.Remarks ?? []).Select(remark => new RunReportLine("evening-remark", $"Known at the start: {remark}")
            {
                Events = [.. timeline.All.Take(1).Select(first => first.Sequence)],
            }),
        ]);
    }

    private static RunReportSection Section(IReadOnlyList<RunReportLine> lines) => new(MorningReport.Contract, "Run contract", lines);

    private static IEnumerable<RunReportLine> Clauses(
        RunStatus run,
        OrchestrationInput input,
        RunFolder folder,
        RunTimeline timeline,
        DateTimeOffset now
    )
    {
        var until = EndTimeOf(run, input);
        var end = until < now ? until.Value : now;
        if (until is { } last)
        {
            var late = Late(timeline, last);
            yield return Clause(
                $"No agent starts after {Time(last)}",
                late.Count == 0 ? "none did" : $"{FileNameEncoding.List([.. late.Select(start => start.Task!).Distinct()], MostNamed)} did",
                late.Count == 0,
                [.. late.Select(start => start.Sequence)],
                timeline
            );
        }
        if (input.MaxCost is { } most)
        {
            yield return Clause(
                string.Create(CultureInfo.InvariantCulture, $"No agent starts when {most:0.00} USD are spent"),
                string.Create(CultureInfo.InvariantCulture, $"{run.Cost:0.00} were spent"),
                run.Cost <= most,
                [],
                timeline
            );
        }
        yield return UserClause(timeline, end);
        yield return Landing(run, timeline);
        var red = GateRegressions.Of(run, folder).Red.Where(verdict => verdict.Gate.Required).Select(verdict => verdict.Name).ToList();
        yield return Clause(
            "All gates pass",
            red.Count == 0 ? "they do" : $"red: {FileNameEncoding.List(red, MostNamed)}",
            red.Count == 0,
            [],
            timeline
        );
        var lost = LostChangeCheckRecord.TryRead(folder.LossesJson)?.Lost.Count ?? 0;
        yield return Clause(
            "No merged work is lost",
            lost == 0 ? "none is" : $"{Plural.Of(lost, "hunk is", "hunks are")}",
            lost == 0,
            [],
            timeline
        );
    }

    private static RunReportLine UserClause(RunTimeline timeline, DateTimeOffset end)
    {
        var asked = timeline.All.Where(happened => happened.Time <= end && AsksPerson(happened)).ToList();
        return Clause(
            "No user is needed",
            asked.Count == 0
                ? "none was"
                : $"asked by {FileNameEncoding.List([.. asked.Select(happened => happened.Task ?? "the run").Distinct()], MostNamed)}, "
                    + "first at "
                    + Time(asked[0].Time),
            asked.Count == 0,
            [.. asked.Select(happened => happened.Sequence)],
            timeline
        );
    }

    // All runs of a schedule share one input, so a time of day stands for its first occurrence after the run's start.
    private static DateTimeOffset? EndTimeOf(RunStatus run, OrchestrationInput input) =>
        input.Until
        ?? (
            TimeOnly.TryParseExact(input.UntilTime, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            && WallClock.FindZone(input.UntilZone) is { } zone
                ? WallClock.Next(run.StartedAt, time, zone)
                : null
        );

    private static RunReportLine Landing(RunStatus run, RunTimeline timeline)
    {
        var counts = RunTaskCounts.Of(run);
        var isWhole = counts.Asked > 0 && counts.Merged + counts.Resolved == counts.Asked;
        return Clause(
            "All tasks land",
            run.HasLanded ? $"{counts}, on {run.LandedOn}" : $"{counts}; nothing has landed",
            run.HasLanded && isWhole,
            [],
            timeline
        );
    }

    private static IEnumerable<RunReportLine> Expected(
        RunStatus run,
        RunForecast? forecast,
        RunFolder folder,
        RunTimeline timeline,
        DateTimeOffset now
    )
    {
        if (forecast is null)
        {
            yield break;
        }
        var took = new RunForecasts(folder.Repository).DurationOf(run, RunStateNames.IsFinal(run.State) ? run.UpdatedAt : now);
        var isIn = run.Cost >= forecast.CostLow && run.Cost <= forecast.CostHigh;
        var isInTime = took.TotalSeconds >= forecast.SecondsLow && took.TotalSeconds <= forecast.SecondsHigh;
        yield return new RunReportLine(
            "forecast",
            $"Expected: {RunForecasts.Describe(forecast)}. Actual: "
                + string.Create(CultureInfo.InvariantCulture, $"{run.Cost:0.00} USD ({(isIn ? "within" : "outside")}) and ")
                + $"{TaskTimeReportSectionBuilder.Length(took)} ({(isInTime ? "within" : "outside")})."
        )
        {
            Events = timeline.OfRun,
        };
    }

    /// <summary>
    /// Compares the forecast of each usage limit with its actual use. The actual value includes all other use of the account, because the
    /// service reports only the sum.
    /// </summary>
    private static IEnumerable<RunReportLine> Windows(
        RunStatus run,
        RunForecast? forecast,
        AccountUsageRecordCache? accounts,
        RunTimeline timeline,
        DateTimeOffset now
    )
    {
        var end = RunStateNames.IsFinal(run.State) ? run.UpdatedAt : now;
        foreach (var window in forecast?.Windows ?? [])
        {
            var rises = WindowForecaster.Rise(accounts?.Of(window.Account) ?? [], run.StartedAt, end);
            var came = rises.TryGetValue(window.Window, out var rise)
                ? string.Create(CultureInfo.InvariantCulture, $"Actual, including all other use of the account: {rise:0.#} % ")
                    + $"({(rise >= window.Low && rise <= window.High ? "within" : "outside")})."
                : "Actual: unknown, because the service reported too little data.";
            yield return new RunReportLine("forecast-window", $"Expected: {RunForecasts.Describe(window)}. {came}")
            {
                Events = timeline.OfRun,
            };
        }
    }

    private static RunReportLine Clause(string agreed, string came, bool isKept, IReadOnlyList<long> events, RunTimeline timeline) =>
        new(isKept ? "clause-kept" : "clause-broken", $"{agreed}: {(isKept ? "" : "broken, ")}{came}.")
        {
            Events = events.Count > 0 ? events : timeline.OfRun,
            IsBad = !isKept,
        };

    // The limit no longer applies after a user has resumed the run.
    private static List<RunEvent> Late(RunTimeline timeline, DateTimeOffset until) =>
        [
            .. timeline
                .All.Where(happened => happened.Time > until)
                .TakeWhile(happened => happened is not { Task: null, Why: ResumedByUserReason })
                .Where(happened =>
                    happened
                        is { Task: not null, State: TaskStateNames.Preparing, Why: not (TaskPlacedOnHostReason or TaskLeftHostReason) }
                            or { Task: not null, State: TaskStateNames.Executing, Why: null }
                ),
        ];

    private static bool AsksPerson(RunEvent happened) =>
        happened.Task is null
            ? happened.State is RunStateNames.AwaitingPromotion or RunStateNames.Escalated
            : happened.State is TaskStateNames.Blocked or TaskStateNames.AwaitingApproval or TaskStateNames.Escalated
                || happened is { State: TaskStateNames.Parked, Why: BudgetUsedUpReason };

    private static string Time(DateTimeOffset time) => $"{time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}Z";
}
