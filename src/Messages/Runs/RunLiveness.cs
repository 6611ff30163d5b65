namespace Orchestrator.Messages;

/// <summary>Determines a run's progress without a user, and the missing action if it makes none.</summary>
public static class RunLiveness
{
    /// <summary>The run makes progress while a worker runs.</summary>
    public const string Moving = "moving";

    /// <summary>The run could make progress, but its process died and no worker runs. <c>resume</c> continues it.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>A user has paused the run, or the last of its tasks that could proceed.</summary>
    public const string Paused = "paused";

    /// <summary>The run continues after a user's answer.</summary>
    public const string NeedsPerson = "needs-person";

    /// <summary>The run has ended.</summary>
    public const string Ended = "ended";

    /// <summary>Returns the liveness as known to the run itself, which is never <see cref="Interrupted"/>.</summary>
    public static string Of(RunStatus run)
    {
        if (RunStates.IsFinal(run.State))
        {
            return Ended;
        }
        if (run.State is RunStates.AwaitingPromotion or RunStates.Escalated)
        {
            return NeedsPerson;
        }

        // After its question is answered, the run keeps this state until it has joined the repository's other runs, which takes messages
        // between workflows.
        if (run.State == RunStates.AwaitingApproval)
        {
            return run.Questions.Count > 0 ? NeedsPerson : Moving;
        }
        if (!IsWorking(run.State) || run.Tasks.Any(task => CanMove(task, run.Paused) && !task.Paused))
        {
            return Moving;
        }

        // No task can proceed: either a question is open, or a user has paused the run.
        if (run.Questions.Count > 0 && !run.Paused)
        {
            return NeedsPerson;
        }
        return run.Paused || (PausedTasks(run).Any() && !run.Tasks.Any(WaitsForOthers)) ? Paused : Moving;
    }

    /// <summary>Formats the state for users. A waiting run is not described as executing.</summary>
    /// <param name="run">The run, with <see cref="RunStatus.Standing"/> if known.</param>
    public static string Describe(RunStatus run) =>
        (run.Standing ?? Of(run)) switch
        {
            Ended => run.LandedGone is true ? $"{run.State} (no longer on {BranchOf(run)})" : run.State,
            Interrupted => Interrupted,
            NeedsPerson when IsWorking(run.State) => "waiting for a user",
            Paused => $"{run.State} (paused)",
            _ when run.Paused => $"{run.State} (paused)",
            Moving when run.State == RunStates.Executing && IsParked(run) => "waiting for a limit or an outage to end",
            _ => run.State,
        };

    /// <summary>Returns a sentence about the landed work and its branch; empty if nothing landed.</summary>
    /// <param name="run">The run. The sentence reports a landing that is gone if <see cref="RunStatus.LandedGone"/> is set.</param>
    public static string DescribeLanding(RunStatus run) =>
        !run.HasLanded ? ""
        : run.LandedGone is true ? $"{CommitIds.Shorten(run.LandedCommit)} on {BranchOf(run)}, which no longer contains it"
        : $"{CommitIds.Shorten(run.LandedCommit)} on {BranchOf(run)}";

    private static string BranchOf(RunStatus run) => run.LandedOn.Length > 0 ? run.LandedOn : run.Target;

    /// <summary>Returns the tasks that a user paused individually; empty if the run as a whole is paused.</summary>
    public static IEnumerable<RunTask> PausedTasks(RunStatus run) =>
        run.Paused || RunStates.IsFinal(run.State) ? [] : run.Tasks.Where(task => task.Paused && !TaskStates.IsEnd(task.State));

    /// <summary>True if a run waits until a usage limit resets or an account or host recovers, while no task works.</summary>
    public static bool IsParked(RunStatus run) =>
        IsWorking(run.State)
        && run.Tasks.Any(task => task.State == TaskStates.Parked)
        && !run.Tasks.Any(task => TaskStates.HoldsSlot(task.State) || task.State == TaskStates.Merging);

    // A pending task has a reason only while it waits for files that another run holds.
    private static bool WaitsForOthers(RunTask task) => task.State == TaskStates.Pending && task.Reason.Length > 0;

    private static bool IsWorking(string state) => state is RunStates.Executing or RunStates.Planning or RunStates.Reviewing;

    // A task that waits for an account or host has no agent to interrupt, so in a paused run it keeps waiting.
    // A task that waits for a budget waits for a user, except for the daily budget, which renews tomorrow.
    private static bool CanMove(RunTask task, bool isRunPaused) =>
        TaskStates.HoldsSlot(task.State)
        || task.State == TaskStates.Merging
        || (task.State == TaskStates.Parked && !isRunPaused && task.Why is not BudgetReached { Budget.Kind: not BudgetKinds.Day });
}
