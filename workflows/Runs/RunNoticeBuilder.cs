using System.Globalization;
using Orchestrator.Plans;

namespace Orchestrator.Workflows.Runs;

/// <summary>Derives the notices for users from the state of the run and its tasks. A notice that no longer applies is withdrawn.</summary>
internal static class RunNoticeBuilder
{
    /// <summary>Maximum number of notices of one kind. Further notices are sent later or appear in the report.</summary>
    private const int Most = 40;

    /// <summary>Returns all current notices of the kinds that are configured.</summary>
    public static IReadOnlyList<RunNotice> Of(RunWorkflowState state, DateTimeOffset now)
    {
        var wanted = state.Rules.Notices;
        return wanted.Count == 0
            ? []
            :
            [
                .. PayloadSizeLimiter.First(
                    OfQuestions(state)
                        .Concat(OfOutages(state))
                        .Concat(OfLimits(state, now))
                        .Concat(OfTasks(state))
                        .Concat(OfEnd(state))
                        .Where(notice => wanted.Contains(notice.Kind))
                ),
            ];
    }

    private static IEnumerable<RunNotice> OfQuestions(RunWorkflowState state) =>
        from question in UserQuestionBuilder.Of(state)
        where question.Id != RunQuestion.Account && !question.Ways.Any(way => way.Kind == SuggestedCommandKinds.RaiseBudget)
        select new RunNotice(
            $"question/{question.Id}/{question.Shown}/{Seconds(question.Since)}",
            NoticeKinds.NeedsPerson,
            state.Board.TryFind(question.Id) is null ? null : question.Id,
            question.Question,
            question.Ways
        );

    /// <summary>
    /// Returns notices about outages. All runs that wait for an account use the same text and key, so that users get one notice.
    /// </summary>
    private static IEnumerable<RunNotice> OfOutages(RunWorkflowState state)
    {
        if (state.IsEnding || RunStateNames.IsFinal(state.Run.State))
        {
            yield break;
        }
        foreach (var outage in state.Outages.Open.Where(one => !one.IsOver))
        {
            var waiting = state
                .Board.Entries.Where(entry => !entry.HasEnded && AccountAndHostOutageTracker.AffectsTask(outage, entry.Outline))
                .ToList();
            if (waiting.Count == 0)
            {
                continue;
            }
            var goesOn = outage.Until is { } until
                ? string.Create(CultureInfo.InvariantCulture, $"They continue automatically at {until.UtcDateTime:yyyy-MM-dd HH:mm}Z.")
                : "A retry follows automatically, and the tasks continue when it succeeds. To continue at once:";
            yield return new RunNotice(
                $"account/{outage.Name}/{(outage.Until is { } reset ? Seconds(reset) : "broken")}",
                NoticeKinds.AccountParked,
                null,
                $"{StatusReasonFormatter.NameOf(outage.Name)} does not work, so tasks wait: "
                    + $"{StatusReasonFormatter.Of(outage.Why).TrimEnd('.')}. {goesOn}",
                outage.Until is null ? [new SuggestedCommand(SuggestedCommandKinds.Retry, $"{state.RunId}/{waiting[0].Id}")] : []
            );
        }
    }

    private static IEnumerable<RunNotice> OfLimits(RunWorkflowState state, DateTimeOffset now)
    {
        if (state.IsEnding)
        {
            yield break;
        }
        if (ReadyTaskSelector.LimitReached(state, now) is { } reached)
        {
            yield return new RunNotice(
                "limit/time",
                NoticeKinds.Budget,
                null,
                StatusReasonFormatter.Of(reached),
                [new SuggestedCommand(SuggestedCommandKinds.Resume, state.RunId)]
            );
        }
        // The amount spent changes while other agents end, so the key contains only the limit, which is reached once.
        foreach (var waiting in ReadyTaskSelector.BudgetsReached(state.Board))
        {
            var budget = waiting.First().Budget;
            yield return new RunNotice(
                string.Create(CultureInfo.InvariantCulture, $"budget/{budget.Scope}/{budget.LimitUsd}/{budget.LimitTokens}"),
                NoticeKinds.Budget,
                BudgetKinds.IsShared(budget.Kind) ? null : waiting.First().Task.Id,
                UserQuestionBuilder.OfBudget(state, waiting.ToList()),
                [UserQuestionBuilder.ToRaise(state, budget, waiting.First().Task)]
            );
        }
    }

    // Excludes tasks that a question already mentions, or that the notice about the run's end, landing or wait covers.
    private static IEnumerable<RunNotice> OfTasks(RunWorkflowState state)
    {
        if (state.IsEnding || state.Run.State != RunStateNames.Executing)
        {
            return [];
        }
        var asked = UserQuestionBuilder.Of(state).Select(question => question.Id).ToHashSet(StringComparer.Ordinal);
        var failed = state
            .Board.In(TaskStateNames.Failed)
            .Concat(state.Board.In(TaskStateNames.Escalated))
            .Where(entry => !asked.Contains(entry.Id));
        return failed
            .Take(Most)
            .Select(entry => OfTask(entry, NoticeKinds.TaskFailed))
            .Concat(
                state
                    .Board.In(TaskStateNames.Merged)
                    .Concat(state.Board.In(TaskStateNames.Kept))
                    .TakeLast(Most)
                    .Select(entry => OfTask(entry, NoticeKinds.TaskDone))
            );
    }

    private static RunNotice OfTask(PlanTaskWithProgress entry, string kind) =>
        new(
            $"{kind}/{entry.Id}/{Seconds(entry.Progress.Since)}",
            kind,
            entry.Id,
            $"{entry.Id} is {entry.Progress.State}{(entry.Progress.Reason.Length > 0 ? $": {entry.Progress.Reason}" : "")}",
            []
        );

    /// <summary>Returns the notice about the end of the run. A cancellation needs none, because a user requested it.</summary>
    private static IEnumerable<RunNotice> OfEnd(RunWorkflowState state) =>
        state.Run.State is RunStateNames.Completed or RunStateNames.Failed
            ?
            [
                new RunNotice(
                    $"run/{state.Run.State}",
                    NoticeKinds.RunDone,
                    null,
                    $"The run is {state.Run.State}{(state.Run.Reason.Length > 0 ? $": {state.Run.Reason}" : "")}",
                    []
                ),
            ]
            : [];

    private static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
