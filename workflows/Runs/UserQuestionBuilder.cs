namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Derives the questions for users from the state of the run and its tasks, so that no question has to be withdrawn explicitly.
/// </summary>
internal static class UserQuestionBuilder
{
    /// <summary>Maximum number of questions shown at the same time. Others appear when these are answered.</summary>
    private const int Most = 40;

    /// <summary>Returns all questions that are waiting for a user, oldest first.</summary>
    public static IReadOnlyList<RunQuestion> Of(RunState state) =>
        state.IsEnding || RunStates.IsFinal(state.Run.State)
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
    /// Returns a sentence that refuses an answer to an outdated question. Null if the answer fits the open question, or if no question is
    /// open.
    /// </summary>
    /// <param name="shown">The question that the user saw (<see cref="RunQuestion.Shown"/>); empty to accept the answer to any
    /// question.</param>
    /// <param name="ids">Ids of the questions that the answer may refer to. The first open one counts.</param>
    public static string? RefuseOther(RunState state, string shown, params string[] ids) =>
        shown.Length > 0 && RunQuestion.First(Of(state), ids) is { } asked && asked.Shown != shown
            ? $"The question about {(asked.Id is RunQuestion.Promote or RunQuestion.Resolve ? state.RunId : asked.Id)} has changed "
                + "since you "
                + $"saw it, so this answer is not accepted. It is now: {asked.Question}"
            : null;

    /// <summary>Returns the questions about the run as a whole.</summary>
    private static IEnumerable<RunQuestion> OfTheWhole(RunState state) =>
        state.Run.State == RunStates.Escalated && state.Resolution is null
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

    private static IEnumerable<RunQuestion> OfRun(RunState state)
    {
        var (run, id) = (state.Run, state.RunId);
        if (run.State == RunStates.AwaitingApproval && state.PlanAnswer is null)
        {
            yield return Ask(
                RunQuestion.Plan,
                state.Since,
                $"May this run {(state.IsReplanning ? "continue with another plan" : "start")}? {run.Reason} "
                    + Deadline(state, state.Since),
                new AnswerAction(AnswerActionKinds.Approve, $"{id}/{RunQuestion.Plan}"),
                new AnswerAction(AnswerActionKinds.Reject, $"{id}/{RunQuestion.Plan}")
            ) with
            {
                SaysReason = true,
            };
        }
        if (run.State == RunStates.AwaitingPromotion && !state.PromoteAsked)
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
        if (run.State == RunStates.Escalated && state.IsPromotionOverdue && !state.PromoteAsked)
        {
            yield return Ask(
                RunQuestion.Promote,
                state.Since,
                "Should this run try to land again? It will ask again if needed.",
                ToPromote()
            );
        }

        AnswerAction ToPromote() =>
            NotLanded.In(run.Why) switch
            {
                { LosesWork: true } => new(AnswerActionKinds.AcceptLosses, id),
                { Branch: { } branch } => new(AnswerActionKinds.PromoteOnto, id, branch),
                _ => new(AnswerActionKinds.Promote, id),
            };
    }

    /// <summary>
    /// Returns questions about outages of accounts or the host. The run probes them automatically, but only a user can repair their cause.
    /// </summary>
    private static IEnumerable<RunQuestion> OfAccounts(RunState state)
    {
        foreach (var outage in state.Outages.Open.Where(o => o.Until is null && !o.IsOver))
        {
            var waiting = state.Board.Entries.Where(e => !e.HasEnded && RunOutages.AffectsTask(outage, e.Outline)).ToList();
            if (waiting.Count > 0)
            {
                var who =
                    waiting is not [var only] ? Plural.Of(waiting.Count, "task waits", "tasks wait")
                    : only.Id == PlannerTask.Id ? "the planner waits"
                    : $"task {only.Id} waits";
                yield return Ask(
                    RunQuestion.Account,
                    waiting[0].Progress.Since,
                    $"{ReasonText.NameOf(outage.Name)} does not work, so {who}: {ReasonText.Of(outage.Why).TrimEnd('.')}. "
                        + "When it works again, waiting tasks continue by themselves. To continue at once:",
                    new AnswerAction(
                        AnswerActionKinds.Retry,
                        $"{state.RunId}/{(waiting.Find(e => e.Progress.State == TaskStates.Parked) ?? waiting[0]).Id}"
                    )
                ) with
                {
                    SaysReason = state.Run.Why is OutagesReported { Open.Count: 1, Steps.Count: 0 },
                };
            }
        }
    }

    /// <summary>Returns questions about used-up budgets, one for each budget.</summary>
    private static IEnumerable<RunQuestion> OfBudgets(RunState state)
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
    public static string OfBudget(RunState state, IReadOnlyList<(TaskBoardEntry Task, BudgetStatus Budget)> waiting)
    {
        var text = BudgetText.Of(waiting[0].Budget);
        var who = waiting is [var only] ? $"task {only.Task.Id} waits" : Plural.Of(waiting.Count, "task waits", "tasks wait");
        var others = BudgetKinds.IsShared(waiting[0].Budget.Kind) ? " Nothing more is started." : "";
        return $"{char.ToUpperInvariant(text[0])}{text[1..]}, so {who}; all finished work is kept.{others} "
            + "To continue, set a limit above the spending:";
    }

    /// <summary>Returns the answer that raises a budget.</summary>
    public static AnswerAction ToRaise(RunState state, BudgetStatus budget, TaskBoardEntry task) =>
        new(AnswerActionKinds.RaiseBudget, BudgetKinds.IsShared(budget.Kind) ? state.RunId : $"{state.RunId}/{task.Id}", budget.Kind);

    private static IEnumerable<RunQuestion> OfTasks(RunState state) =>
        OfBlocked(state).Concat(OfApprovals(state)).Concat(OfPlanner(state)).Concat(OfEndedBadly(state));

    private static IEnumerable<RunQuestion> OfBlocked(RunState state)
    {
        foreach (var entry in state.Board.In(TaskStates.Blocked))
        {
            yield return Ask(
                entry,
                $"{entry.Id} is blocked: {entry.Progress.Reason}",
                saysReason: true,
                // Guidance would start the agent again, but here a user has to resolve the conflict.
                entry.Progress.Why is ConflictNeedsUser
                    ? WaysOf(state, entry, AnswerActionKinds.Retry, AnswerActionKinds.Guide, AnswerActionKinds.Cancel)
                    : WaysOf(state, entry, AnswerActionKinds.Guide, AnswerActionKinds.Cancel)
            );
        }
    }

    private static IEnumerable<RunQuestion> OfApprovals(RunState state)
    {
        foreach (var entry in state.Board.In(TaskStates.AwaitingApproval).Where(e => !e.State.AnswerSent))
        {
            yield return entry is { AtWork: true, Progress.Asks: not null }
                ? Ask(
                    entry,
                    $"{entry.Progress.Reason} {Deadline(state, entry.Progress.Since)}",
                    saysReason: true,
                    WaysOf(state, entry, AnswerActionKinds.Approve, AnswerActionKinds.Reject)
                )
            : entry.AtWork
                ? Ask(
                    entry,
                    $"May {entry.Id} be merged ({CommitIdFormatter.Shorten(entry.Progress.Commit)})? {entry.Progress.Reason} "
                        + Deadline(state, entry.Progress.Since),
                    saysReason: true,
                    WaysOf(state, entry, AnswerActionKinds.Diff, AnswerActionKinds.Approve, AnswerActionKinds.Reject)
                )
            : Ask(
                entry,
                $"May {entry.Id} start? {entry.Outline.Title} {Deadline(state, entry.Progress.Since)}",
                saysReason: false,
                WaysOf(state, entry, AnswerActionKinds.Approve, AnswerActionKinds.Reject)
            );
        }
    }

    private static IEnumerable<RunQuestion> OfPlanner(RunState state)
    {
        if (
            state.Run.State == RunStates.Planning
            && state.Input.NeedsPlanner
            && state.Board.TryFind(PlannerTask.Id) is { HasEnded: true, Progress.State: not TaskStates.Planned } planner
        )
        {
            yield return Ask(
                planner,
                $"The planner is {planner.Progress.State}: {planner.Progress.Reason}",
                saysReason: true,
                WaysOf(state, planner, AnswerActionKinds.Guide)
            );
        }
    }

    private static IEnumerable<RunQuestion> OfEndedBadly(RunState state)
    {
        var landing = LandingOfMerged(state);
        foreach (var entry in state.Run.State == RunStates.Escalated ? ReadyTaskSelector.EndedBadly(state.Board) : [])
        {
            yield return entry.State.LeftOut
                ? Ask(
                    entry,
                    $"{entry.Id} was cancelled, and {string.Join(", ", state.Board.SkippedFor(entry).Select(e => e.Id).Take(5))} "
                        + "can't run without it.",
                    saysReason: false,
                    WaysOf(state, entry, AnswerActionKinds.CancelDependants, AnswerActionKinds.Skip, AnswerActionKinds.Guide)
                )
                : Ask(
                    entry,
                    $"{entry.Id} is {entry.Progress.State}: {entry.Progress.Reason}",
                    saysReason: true,
                    [.. landing, .. WaysOf(state, entry, AnswerActionKinds.Guide, AnswerActionKinds.Skip, AnswerActionKinds.Cancel)]
                );
        }
    }

    private static AnswerAction[] WaysOf(RunState state, TaskBoardEntry entry, params string[] kinds) =>
        [.. kinds.Select(kind => new AnswerAction(kind, $"{state.RunId}/{entry.Id}"))];

    /// <summary>
    /// Describes the deadline and what happens without an answer, for approvals and promotion. Other questions have no time limit.
    /// </summary>
    private static string Deadline(RunState state, DateTimeOffset since) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"(Without an answer by {(since + state.Rules.ApprovalTimeout).UtcDateTime:yyyy-MM-dd HH:mm}Z it counts as rejected.)"
        );

    /// <summary>Returns the answer that lands the merged work without the failed tasks. Empty if no merged work is left to land.</summary>
    private static AnswerAction[] LandingOfMerged(RunState state) =>
        state.HasUnlanded && !state.IsPromotionOverdue && !state.IsUnreviewed
            ?
            [
                new AnswerAction(
                    NotLanded.In(state.Run.Why) is { LosesWork: true }
                        ? AnswerActionKinds.LandMergedAcceptingLosses
                        : AnswerActionKinds.LandMerged,
                    state.RunId
                ),
            ]
            : [];

    private static AnswerAction[] WaysOut(string id) =>
        [
            new AnswerAction(AnswerActionKinds.ReadEscalation, id),
            .. Resolutions.All.Select(resolution => new AnswerAction(AnswerActionKinds.Resolve, id, resolution)),
        ];

    private static RunQuestion Ask(TaskBoardEntry entry, string question, bool saysReason, params AnswerAction[] ways) =>
        Ask(entry.Id, entry.Progress.Since, question, ways) with
        {
            SaysReason = saysReason,
        };

    private static RunQuestion Ask(string id, DateTimeOffset since, string question, params AnswerAction[] ways) =>
        new()
        {
            Id = id,
            Question = question,
            Ways = ways,
            Since = since,
        };
}
