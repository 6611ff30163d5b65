namespace Orchestrator.Workflows.Runs;

/// <summary>Decisions of the scheduler that the run carries out now.</summary>
/// <param name="Pause">Time limit of the run, if it is reached so that nothing more is started; otherwise null.</param>
/// <param name="AwaitApproval">Tasks that start to wait for an approval.</param>
/// <param name="AskLease">Tasks that request a lease.</param>
/// <param name="Start">Tasks to start.</param>
internal sealed record ReadyTaskSelectionResult(
    RunTimeLimitReachedReason? Pause,
    IReadOnlyList<PlanTaskWithProgress> AwaitApproval,
    IReadOnlyList<PlanTaskWithProgress> AskLease,
    IReadOnlyList<PlanTaskWithProgress> Start
)
{
    public static ReadyTaskSelectionResult None { get; } = new(null, [], [], []);

    public bool Any => Pause is not null || AwaitApproval.Count + AskLease.Count + Start.Count > 0;
}

/// <summary>Decides which tasks start now. Does not change any state.</summary>
internal static class ReadyTaskSelector
{
    /// <summary>Returns the decisions for the current state. Empty if every task that can run is running.</summary>
    public static ReadyTaskSelectionResult Next(RunWorkflowState state, DateTimeOffset now)
    {
        var approvals = state.Board.NotApproved.Where(e => e.Progress.State != TaskStateNames.AwaitingApproval).ToList();
        var starts = new List<PlanTaskWithProgress>();
        var asks = new List<PlanTaskWithProgress>();
        if (!state.Run.Paused && LimitReached(state, now) is { } limit)
        {
            return ReadyTaskSelectionResult.None with { Pause = limit, AwaitApproval = approvals };
        }
        var startsNothing = state.Run.Paused || state.IsDraining || IsBudgetReached(state.Board);
        foreach (var entry in startsNothing ? [] : NextToStart(state.Board, state.Run.Workers, MayStart))
        {
            // A task that probes an account is the only task that starts with that account.
            if (starts.Concat(asks).Any(other => !state.Outages.AllowTogether(other.Outline, entry.Outline)))
            {
                continue;
            }
            if (state.Leases.MayStart(entry))
            {
                starts.Add(entry);
            }
            else if (state.Leases.MustAsk(entry))
            {
                asks.Add(entry);
            }
        }
        return new ReadyTaskSelectionResult(null, approvals, asks, starts);

        bool MayStart(PlanTaskWithProgress entry) => state.Outages.Allow(entry.Outline) && !state.Leases.Waits(entry);
    }

    /// <summary>
    /// True if no task is running and none is ready to start, although the run is neither paused nor about to continue as new.
    /// </summary>
    public static bool NothingCanMove(RunWorkflowState state) =>
        !state.Run.Paused && !state.IsDraining && !state.Board.AnyAtWork && !state.Board.AnyReady;

    /// <summary>True if no task can make progress because all open tasks are waiting for users, directly or through other tasks.</summary>
    public static bool WaitsOnlyForPeople(RunWorkflowState state) =>
        !state.Run.Paused
        && !state.IsDraining
        && state.Board.AtWork.All(e => TaskStateNames.WaitsForPerson(e.Progress.State, e.Progress.Why))
        && state.Board.Ready.All(e => !e.State.Approved)
        && (state.Board.AnyAtWork || state.Board.AnyReady);

    /// <summary>
    /// Returns ended tasks that did not succeed, in plan order. Includes a task that a user canceled individually only if any of its
    /// dependents were skipped.
    /// </summary>
    public static IEnumerable<PlanTaskWithProgress> EndedBadly(RunTaskTracker board) =>
        board
            .In(TaskStateNames.Failed)
            .Concat(board.In(TaskStateNames.Escalated))
            .Concat(board.In(TaskStateNames.Cancelled).Where(e => !e.State.LeftOut || board.SkippedFor(e).Any()))
            .OrderBy(e => e.Index);

    /// <summary>Returns each unsuccessful task whose text is identical to that of successful tasks, together with those tasks.</summary>
    public static IEnumerable<(PlanTaskWithProgress Attempt, IReadOnlyList<PlanTaskWithProgress> Others)> LostAttempts(RunTaskTracker board)
    {
        var kept = board.In(TaskStateNames.Kept).ToLookup(e => e.Outline.SameAs);
        return EndedBadly(board)
            .Where(e => e.Outline.SameAs is { } first && kept.Contains(first))
            .Select(e => (e, (IReadOnlyList<PlanTaskWithProgress>)[.. kept[e.Outline.SameAs]]));
    }

    /// <summary>Returns the reason why a stalled run is escalated.</summary>
    public static NoTaskCanRunReason Deadlock(RunWorkflowState state) =>
        new([.. EndedBadly(state.Board).Select(e => e.Id)]) { HasUnlanded = state.HasUnlanded };

    /// <summary>True if the run's time limit is reached.</summary>
    public static bool IsUntilReached(RunWorkflowState state, DateTimeOffset now) => state.Input.Until is { } until && now >= until;

    /// <summary>
    /// Returns the tasks that may start now, by priority and then in plan order. The number of slots then in use does not exceed
    /// <paramref name="slots"/>.
    /// </summary>
    /// <param name="board">Tasks of the run.</param>
    /// <param name="slots">Maximum number of agents that run at the same time.</param>
    /// <param name="mayStart">Returns true if a task may start apart from slots, for example because it has no outage. Null if all
    /// may.</param>
    public static IReadOnlyList<PlanTaskWithProgress> NextToStart(
        RunTaskTracker board,
        int slots,
        Func<PlanTaskWithProgress, bool>? mayStart = null
    )
    {
        var free = slots - board.AtWork.Count(e => TaskStateNames.HoldsSlot(e.Progress.State) && !e.Progress.Paused);
        var chosen = new List<PlanTaskWithProgress>();
        if (free <= 0)
        {
            return chosen;
        }
        var claimed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in board.Ready)
        {
            if (free <= chosen.Count)
            {
                break;
            }
            if (!entry.State.Approved || mayStart?.Invoke(entry) == false)
            {
                continue;
            }
            if (entry.Outline.Exclusive)
            {
                // An exclusive task runs alone. Later tasks wait for it, so that it does not starve.
                if (board.AtWork.All(other => IsPart(entry, other)) && chosen.Count == 0)
                {
                    chosen.Add(entry);
                }
                break;
            }
            if (board.AtWork.Any(e => e.Outline.Exclusive && !IsPart(entry, e)))
            {
                break;
            }
            var waits =
                claimed.Contains(entry.Id)
                || entry
                    .Outline.Excludes.Select(board.Find)
                    .Any(other => (other.AtWork && !IsPart(entry, other)) || chosen.Contains(other));
            if (!waits)
            {
                chosen.Add(entry);
            }
            claimed.UnionWith(entry.Outline.Excludes);
        }
        return chosen;
    }

    /// <summary>True if the task is a part of the given divided task, which does not run while its parts run.</summary>
    private static bool IsPart(PlanTaskWithProgress entry, PlanTaskWithProgress whole) => whole.Progress.Parts?.Contains(entry.Id) == true;

    /// <summary>
    /// Returns the run's time limit if it has passed and holds back a task, otherwise null. After the limit, nothing starts until a user
    /// resumes the run, which lifts the limit.
    /// </summary>
    public static RunTimeLimitReachedReason? LimitReached(RunWorkflowState state, DateTimeOffset now) =>
        !state.UntilLifted && IsUntilReached(state, now) && (state.Board.AnyReady || state.Board.AtWork.Any(WaitsForLimit))
            ? new RunTimeLimitReachedReason(state.Input.Until!.Value)
            : null;

    private static bool WaitsForLimit(PlanTaskWithProgress entry) => entry.Progress is { Paused: true, Why: RunTimeLimitReachedReason };

    /// <summary>Returns each used-up budget with the tasks that wait for it.</summary>
    public static IEnumerable<IGrouping<string, (PlanTaskWithProgress Task, BudgetStatus Budget)>> BudgetsReached(RunTaskTracker board) =>
        board
            .In(TaskStateNames.Parked)
            .Where(entry => entry.Progress.Why is BudgetUsedUpReason)
            .Select(entry => (entry, ((BudgetUsedUpReason)entry.Progress.Why!).Budget))
            .GroupBy(waiting => waiting.Budget.Scope, StringComparer.Ordinal);

    /// <summary>True if a shared budget is used up. A task that starts now would only wait for that budget.</summary>
    private static bool IsBudgetReached(RunTaskTracker board) =>
        BudgetsReached(board).Any(waiting => BudgetKinds.IsShared(waiting.First().Budget.Kind));
}
