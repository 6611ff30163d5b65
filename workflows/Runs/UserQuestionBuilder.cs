namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Derives the questions for users from the state of the run and its tasks, so that no question has to be withdrawn explicitly.
/// </summary>
internal static class UserQuestionBuilder
{
    /// <summary>Maximum number of questions shown at the same time. Others appear when these are answered.</summary>
    private const int Most = 40;

    /// <summary>Returns all questions that are waiting for a user, oldest first.</summary>
    public static IReadOnlyList<RunQuestion> Of(RunWorkflowState state) =>
        state.IsEnding || RunStateNames.IsFinal(state.Run.State)
            ? []
            :
            [
                .. OfRun(state)
                    .Concat(OfAccounts(state))
                    .Concat(OfBudgets(state))
                    .Concat(OfTasks(state).Take(Most))
                    .OrderBy(q => q.Since)
                    .Take(Most),
                .. OfTheWhole(state),
            ];

    /// <summary>
    /// Returns a sentence that refuses an answer to an outdated question, or null if the answer fits the open question or no question is
    /// open.
    /// </summary>
    /// <param name="shown">The question that the user saw (<see cref="RunQuestion.Shown"/>); empty to accept the answer to any
    /// question.</param>
    /// <param name="ids">Ids of the questions that the answer may refer to. The first open one counts.</param>
    public static string? RefuseOther(RunWorkflowState state, string shown, params string[] ids) =>
        shown.Length > 0 && RunQuestion.First(Of(state), ids) is { } asked && asked.Shown != shown
            ? $"The question about {(asked.Id is RunQuestion.Promote or RunQuestion.Resolve ? state.RunId : asked.Id)} has changed "
                + "since you "
                + $"saw it, so this answer is not accepted. It is now: {asked.Question}"
            : null;

    /// <summary>Returns the questions about the run as a whole.</summary>
    private static IEnumerable<RunQuestion> OfTheWhole(RunWorkflowState state) =>
        state.Run.State == RunStateNames.Escalated && state.Resolution is null
            ?
            [
                Ask(
                    RunQuestion.Resolve,
                    state.Since,
                    $"How should this run continue? {state.Run.Reason}",
                    [.. LandingOfMerged(state), .. WaysOut(state.RunId)]
                ) with
                {
                    SaysReason = true,
                },
            ]
            : [];

    private static IEnumerable<RunQuestion> OfRun(RunWorkflowState state)
    {
        var (run, id) = (state.Run, state.RunId);
        if (run.State == RunStateNames.AwaitingApproval && state.PlanAnswer is null)
        {
            yield return Ask(
                RunQuestion.Plan,
                state.Since,
                $"May this run {(state.IsReplanning ? "continue with another plan" : "start")}? {run.Reason} "
                    + Deadline(state, state.Since),
                new SuggestedCommand(SuggestedCommandKinds.Approve, $"{id}/{RunQuestion.Plan}"),
                new SuggestedCommand(SuggestedCommandKinds.Reject, $"{id}/{RunQuestion.Plan}")
            ) with
            {
                SaysReason = true,
            };
        }
        if (run.State == RunStateNames.AwaitingPromotion && !state.PromoteAsked)
        {
            yield return Ask(
                RunQuestion.Promote,
                state.Since,
                $"{run.Reason} {Deadline(state, state.Since)}",
                [ToPromote(), .. WaysOut(id)]
            ) with
            {
                SaysReason = true,
            };
        }
        if (run.State == RunStateNames.Escalated && state.IsPromotionOverdue && !state.PromoteAsked)
        {
            yield return Ask(
                RunQuestion.Promote,
                state.Since,
                "Should this run try to land again? It will ask again if needed.",
                ToPromote()
            );
        }

        SuggestedCommand ToPromote() =>
            RunNotLandedReason.In(run.Why) switch
            {
                { LosesWork: true } => new(SuggestedCommandKinds.AcceptLosses, id),
                { Branch: { } branch } => new(SuggestedCommandKinds.PromoteOnto, id, branch),
                _ => new(SuggestedCommandKinds.Promote, id),
            };
    }

    /// <summary>
    /// Returns questions about outages of accounts or the host. The run probes them automatically, but only a user can repair their cause.
    /// </summary>
    private static IEnumerable<RunQuestion> OfAccounts(RunWorkflowState state)
    {
        foreach (var outage in state.Outages.Open.Where(o => o.Until is null && !o.IsOver))
        {
            var waiting = state
                .Board.Entries.Where(e => !e.HasEnded && AccountAndHostOutageTracker.AffectsTask(outage, e.Outline))
                .ToList();
            if (waiting.Count > 0)
            {
                var who =
                    waiting is not [var only] ? Plural.Of(waiting.Count, "task waits", "tasks wait")
                    : only.Id == PlannerTaskDefinition.Id ? "the planner waits"
                    : $"task {only.Id} waits";
                yield return Ask(
                    RunQuestion.Account,
                    waiting[0].Progress.Since,
                    $"{StatusReasonFormatter.NameOf(outage.Name)} does not work, so {who}: "
                        + $"{StatusReasonFormatter.Of(outage.Why).TrimEnd('.')}. "
                        + "When it works again, waiting tasks continue by themselves. To continue at once:",
                    new SuggestedCommand(
                        SuggestedCommandKinds.Retry,
                        $"{state.RunId}/{(waiting.Find(e => e.Progress.State == TaskStateNames.Parked) ?? waiting[0]).Id}"
                    )
                ) with
                {
                    SaysReason = state.Run.Why is OngoingOutagesReason { Open.Count: 1, Steps.Count: 0 },
                };
            }
        }
    }

    /// <summary>Returns questions about used-up budgets, one for each budget.</summary>
    private static IEnumerable<RunQuestion> OfBudgets(RunWorkflowState state)
    {
        foreach (var waiting in ReadyTaskSelector.BudgetsReached(state.Board))
        {
            var (task, budget) = waiting.First();
            yield return Ask(
                BudgetKinds.IsShared(budget.Kind) ? RunQuestion.OfBudget(budget.Kind) : task.Id,
                waiting.Min(one => one.Task.Progress.Since),
                OfBudget(state, waiting.ToList()),
                ToRaise(state, budget, task)
            ) with
            {
                SaysReason = true,
            };
        }
    }

    /// <summary>Describes the effect of a used-up budget.</summary>
    /// <param name="waiting">Tasks that wait for the budget; at least one.</param>
    public static string OfBudget(RunWorkflowState state, IReadOnlyList<(PlanTaskWithProgress Task, BudgetStatus Budget)> waiting)
    {
        var text = BudgetText.Of(waiting[0].Budget);
        var who = waiting is [var only] ? $"task {only.Task.Id} waits" : Plural.Of(waiting.Count, "task waits", "tasks wait");
        var others = BudgetKinds.IsShared(waiting[0].Budget.Kind) ? " Nothing more is started." : "";
        return $"{char.ToUpperInvariant(text[0])}{text[1..]}, so {who}; all finished work is kept.{others} "
            + "To continue, set a limit above the spending:";
    }

    /// <summary>Returns the suggested command that raises a budget.</summary>
    public static SuggestedCommand ToRaise(RunWorkflowState state, BudgetStatus budget, PlanTaskWithProgress task) =>
        new(SuggestedCommandKinds.RaiseBudget, BudgetKinds.IsShared(budget.Kind) ? state.RunId : $"{state.RunId}/{task.Id}", budget.Kind);

    private static IEnumerable<RunQuestion> OfTasks(RunWorkflowState state) =>
        OfBlocked(state).Concat(OfApprovals(state)).Concat(OfPlanner(state)).Concat(OfEndedBadly(state));

    private static IEnumerable<RunQuestion> OfBlocked(RunWorkflowState state)
    {
        foreach (var entry in state.Board.In(TaskStateNames.Blocked))
        {
            yield return Ask(
                entry,
                $"{entry.Id} is blocked: {entry.Progress.Reason}",
                saysReason: true,
                // Guidance would start the agent again, but here a user has to resolve the conflict.
                entry.Progress.Why is MergeConflictNeedsUserReason
                    ? WaysOf(state, entry, SuggestedCommandKinds.Retry, SuggestedCommandKinds.Guide, SuggestedCommandKinds.Cancel)
                    : WaysOf(state, entry, SuggestedCommandKinds.Guide, SuggestedCommandKinds.Cancel)
            );
        }
    }

    private static IEnumerable<RunQuestion> OfApprovals(RunWorkflowState state)
    {
        foreach (var entry in state.Board.In(TaskStateNames.AwaitingApproval).Where(e => !e.State.AnswerSent))
        {
            yield return entry is { AtWork: true, Progress.Asks: not null }
                ? Ask(
                    entry,
                    $"{entry.Progress.Reason} {Deadline(state, entry.Progress.Since)}",
                    saysReason: true,
                    WaysOf(state, entry, SuggestedCommandKinds.Approve, SuggestedCommandKinds.Reject)
                )
            : entry.AtWork
                ? Ask(
                    entry,
                    $"May {entry.Id} be merged ({CommitIdFormatter.Shorten(entry.Progress.Commit)})? {entry.Progress.Reason} "
                        + Deadline(state, entry.Progress.Since),
                    saysReason: true,
                    WaysOf(state, entry, SuggestedCommandKinds.Diff, SuggestedCommandKinds.Approve, SuggestedCommandKinds.Reject)
                )
            : Ask(
                entry,
                $"May {entry.Id} start? {entry.Outline.Title} {Deadline(state, entry.Progress.Since)}",
                saysReason: false,
                WaysOf(state, entry, SuggestedCommandKinds.Approve, SuggestedCommandKinds.Reject)
            );
        }
    }

    private static IEnumerable<RunQuestion> OfPlanner(RunWorkflowState state)
    {
        if (
            state.Run.State == RunStateNames.Planning
            && state.Input.NeedsPlanner
            && state.Board.TryFind(PlannerTaskDefinition.Id) is { HasEnded: true, Progress.State: not TaskStateNames.Planned } planner
        )
        {
            yield return Ask(
                planner,
                $"The planner is {planner.Progress.State}: {planner.Progress.Reason}",
                saysReason: true,
                WaysOf(state, planner, SuggestedCommandKinds.Guide)
            );
        }
    }

    private static IEnumerable<RunQuestion> OfEndedBadly(RunWorkflowState state)
    {
        var landing = LandingOfMerged(state);
        foreach (var entry in state.Run.State == RunStateNames.Escalated ? ReadyTaskSelector.EndedBadly(state.Board) : [])
        {
            yield return entry.State.LeftOut
                ? Ask(
                    entry,
                    $"{entry.Id} was cancelled, and {string.Join(", ", state.Board.SkippedFor(entry).Select(e => e.Id).Take(5))} "
                        + "can't run without it.",
                    saysReason: false,
                    WaysOf(state, entry, SuggestedCommandKinds.CancelDependants, SuggestedCommandKinds.Skip, SuggestedCommandKinds.Guide)
                )
                : Ask(
                    entry,
                    $"{entry.Id} is {entry.Progress.State}: {entry.Progress.Reason}",
                    saysReason: true,
                    [
                        .. landing,
                        .. WaysOf(state, entry, SuggestedCommandKinds.Guide, SuggestedCommandKinds.Skip, SuggestedCommandKinds.Cancel),
                    ]
                );
        }
    }

    private static SuggestedCommand[] WaysOf(RunWorkflowState state, PlanTaskWithProgress entry, params string[] kinds) =>
        [.. kinds.Select(kind => new SuggestedCommand(kind, $"{state.RunId}/{entry.Id}"))];

    /// <summary>
    /// Describes the deadline for an answer and the effect of a missing answer, for approvals and promotions. Other questions have no time
    /// limit.
    /// </summary>
    private static string Deadline(RunWorkflowState state, DateTimeOffset since) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"(Without an answer by {(since + state.Rules.ApprovalTimeout).UtcDateTime:yyyy-MM-dd HH:mm}Z it counts as rejected.)"
        );

    /// <summary>
    /// Returns the suggested command that lands the merged work without the failed tasks. Empty if no merged work can land now.
    /// </summary>
    private static SuggestedCommand[] LandingOfMerged(RunWorkflowState state) =>
        state.HasUnlanded && !state.IsPromotionOverdue && !state.IsUnreviewed
            ?
            [
                new SuggestedCommand(
                    RunNotLandedReason.In(state.Run.Why) is { LosesWork: true }
                        ? SuggestedCommandKinds.LandMergedAcceptingLosses
                        : SuggestedCommandKinds.LandMerged,
                    state.RunId
                ),
            ]
            : [];

    private static SuggestedCommand[] WaysOut(string id) =>
        [
            new SuggestedCommand(SuggestedCommandKinds.ReadEscalation, id),
            .. EscalationResolutionKinds.All.Select(resolution => new SuggestedCommand(SuggestedCommandKinds.Resolve, id, resolution)),
        ];

    private static RunQuestion Ask(PlanTaskWithProgress entry, string question, bool saysReason, params SuggestedCommand[] ways) =>
        Ask(entry.Id, entry.Progress.Since, question, ways) with
        {
            SaysReason = saysReason,
        };

    private static RunQuestion Ask(string id, DateTimeOffset since, string question, params SuggestedCommand[] ways) =>
        new()
        {
            Id = id,
            Question = question,
            Ways = ways,
            Since = since,
        };
}
