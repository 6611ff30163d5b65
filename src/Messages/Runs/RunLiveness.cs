namespace Orchestrator.Messages;

/// <summary>Checks whether a run goes on by itself, and if not, what it needs.</summary>
public static class RunLiveness
{
    /// <summary>The run goes on by itself where a worker runs.</summary>
    public const string Moving = "moving";

    /// <summary>The run could go on by itself, but no worker runs: its process died. <c>resume</c> continues it.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>A person has paused it, or the last of its tasks that could proceed.</summary>
    public const string Paused = "paused";

    /// <summary>The run goes on when a person has answered.</summary>
    public const string NeedsPerson = "needs-person";

    /// <summary>Nothing more happens.</summary>
    public const string Ended = "ended";

    /// <summary>The standing as far as the run itself can tell: never <see cref="Interrupted"/>.</summary>
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

        // Once its question is answered the run keeps this state until it has joined the other runs of the repository, which takes messages
        // between workflows.
        if (run.State == RunStates.AwaitingApproval)
        {
            return run.Questions.Count > 0 ? NeedsPerson : Moving;
        }
        if (!IsWorking(run.State) || run.Tasks.Any(task => CanMove(task, run.Paused) && !task.Paused))
        {
            return Moving;
        }

        // Nothing proceeds by itself any more: either a person is asked, or a person has paused it.
        if (run.Questions.Count > 0 && !run.Paused)
        {
            return NeedsPerson;
        }
        return run.Paused || (PausedTasks(run).Any() && !run.Tasks.Any(WaitsForOthers)) ? Paused : Moving;
    }

    /// <summary>The state in words for people: a waiting run is not described as executing.</summary>
    /// <param name="run">The run; its <see cref="RunStatus.Standing"/> is used if it is set.</param>
    public static string Describe(RunStatus run) =>
        (run.Standing ?? Of(run)) switch
        {
            Ended => run.LandedGone is true ? $"{run.State} (no longer on {BranchOf(run)})" : run.State,
            Interrupted => Interrupted,
            NeedsPerson when IsWorking(run.State) => "waiting for a person",
            _ => run.Paused || (run.Standing ?? Of(run)) == Paused ? $"{run.State} (paused)" : run.State,
        };

    /// <summary>A sentence for people on what landed and where; empty where nothing did.</summary>
    /// <param name="run">The run; whether it is still there is told where <see cref="RunStatus.LandedGone"/> is set.</param>
    public static string DescribeLanding(RunStatus run) =>
        !run.HasLanded ? ""
        : run.LandedGone is true ? $"{CommitIds.Shorten(run.LandedCommit)} on {BranchOf(run)}, which does not have it any more"
        : $"{CommitIds.Shorten(run.LandedCommit)} on {BranchOf(run)}";

    private static string BranchOf(RunStatus run) => run.LandedOn.Length > 0 ? run.LandedOn : run.Target;

    /// <summary>Tasks that a person has paused by name, while the run as a whole is not paused.</summary>
    public static IEnumerable<RunTask> PausedTasks(RunStatus run) =>
        run.Paused || RunStates.IsFinal(run.State) ? [] : run.Tasks.Where(task => task.Paused && !TaskStates.IsEnd(task.State));

    // For files that another run holds: its reason says so.
    private static bool WaitsForOthers(RunTask task) => task.State == TaskStates.Pending && task.Reason.Length > 0;

    private static bool IsWorking(string state) => state is RunStates.Executing or RunStates.Planning or RunStates.Reviewing;

    // A task that waits for an account or the machine has no agent to interrupt: in a paused run it stays.
    // One that waits for a budget waits for a person, but for that of the day, which is another one tomorrow.
    private static bool CanMove(RunTask task, bool isRunPaused) =>
        TaskStates.HoldsSlot(task.State)
        || task.State == TaskStates.Merging
        || (task.State == TaskStates.Parked && !isRunPaused && task.Why is not BudgetReached { Budget.Kind: not BudgetKinds.Day });
}
