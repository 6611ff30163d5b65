namespace Orchestrator.Messages;

/// <summary>Determines the liveness of a run, and formats the run's state as text for users.</summary>
public static class RunLivenessClassifier
{
    /// <summary>The run makes progress as long as a worker serves it.</summary>
    public const string Moving = "moving";

    /// <summary>The run could make progress, but its process died and no worker serves it. <c>resume</c> continues the run.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>A user has paused the run, or every task that could still make progress.</summary>
    public const string Paused = "paused";

    /// <summary>The run needs an answer from a user to continue.</summary>
    public const string NeedsPerson = "needs-person";

    /// <summary>The run has ended.</summary>
    public const string Ended = "ended";

    /// <summary>
    /// Returns the liveness that follows from the run's own state. That state does not show whether a worker exists, so the result is never
    /// <see cref="Interrupted"/>.
    /// </summary>
    public static string Of(RunStatus run)
    {
        if (RunStateNames.IsFinal(run.State))
        {
            return Ended;
        }
        if (run.State is RunStateNames.AwaitingPromotion or RunStateNames.Escalated)
        {
            return NeedsPerson;
        }

        // After an approval, the run stays in this state until it has joined the other runs of the repository by messages between
        // workflows.
        if (run.State == RunStateNames.AwaitingApproval)
        {
            return run.Questions.Count > 0 ? NeedsPerson : Moving;
        }
        if (!IsWorking(run.State) || run.Tasks.Any(task => CanMove(task, run.Paused) && !task.Paused))
        {
            return Moving;
        }

        // Without a task that can make progress, either a question is open or a user has paused the run.
        if (run.Questions.Count > 0 && !run.Paused)
        {
            return NeedsPerson;
        }
        return run.Paused || (PausedTasks(run).Any() && !run.Tasks.Any(WaitsForOthers)) ? Paused : Moving;
    }

    /// <summary>Returns the run's state as text for users. The text also shows whether the run is paused or waiting.</summary>
    /// <param name="run">Status of the run. Reads <see cref="RunStatus.Standing"/> if it is set.</param>
    public static string Describe(RunStatus run) =>
        (run.Standing ?? Of(run)) switch
        {
            Ended => run.LandedGone is true ? $"{run.State} (no longer on {BranchOf(run)})" : run.State,
            Interrupted => Interrupted,
            NeedsPerson when IsWorking(run.State) => "waiting for a user",
            Paused => $"{run.State} (paused)",
            _ when run.Paused => $"{run.State} (paused)",
            Moving when run.State == RunStateNames.Executing && IsParked(run) => "waiting for a limit or an outage to end",
            _ => run.State,
        };

    /// <summary>Returns text with the landed commit and its branch; empty if nothing landed.</summary>
    /// <param name="run">Status of the run. If <see cref="RunStatus.LandedGone"/> is true, the sentence says that the landing was
    /// reverted.</param>
    public static string DescribeLanding(RunStatus run) =>
        !run.HasLanded ? ""
        : run.LandedGone is true ? $"{CommitIdFormatter.Shorten(run.LandedCommit)} on {BranchOf(run)}, which no longer contains it"
        : $"{CommitIdFormatter.Shorten(run.LandedCommit)} on {BranchOf(run)}";

    private static string BranchOf(RunStatus run) => run.LandedOn.Length > 0 ? run.LandedOn : run.Target;

    /// <summary>Returns the tasks that a user paused individually. Empty if the whole run is paused.</summary>
    public static IEnumerable<RunTaskStatus> PausedTasks(RunStatus run) =>
        run.Paused || RunStateNames.IsFinal(run.State) ? [] : run.Tasks.Where(task => task.Paused && !TaskStateNames.IsEnd(task.State));

    /// <summary>True if the run has parked tasks, and no other task is active.</summary>
    public static bool IsParked(RunStatus run) =>
        IsWorking(run.State)
        && run.Tasks.Any(task => task.State == TaskStateNames.Parked)
        && !run.Tasks.Any(task => TaskStateNames.HoldsSlot(task.State) || task.State == TaskStateNames.Merging);

    // A pending task has a reason only if another run holds the files that it needs.
    private static bool WaitsForOthers(RunTaskStatus task) => task.State == TaskStateNames.Pending && task.Reason.Length > 0;

    private static bool IsWorking(string state) => state is RunStateNames.Executing or RunStateNames.Planning or RunStateNames.Reviewing;

    // A task that waits for an account or host has no agent to interrupt, so it keeps waiting in a paused run. A task that waits for a
    // budget needs a user, except for the daily budget, which renews the next day.
    private static bool CanMove(RunTaskStatus task, bool isRunPaused) =>
        TaskStateNames.HoldsSlot(task.State)
        || task.State == TaskStateNames.Merging
        || (task.State == TaskStateNames.Parked && !isRunPaused && task.Why is not BudgetUsedUpReason { Budget.Kind: not BudgetKinds.Day });
}
