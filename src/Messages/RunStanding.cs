namespace Orchestrator.Messages;

/// <summary>Whether a run goes on by itself, and if not, who has to do something.</summary>
public static class RunStanding
{
    /// <summary>It goes on by itself where somebody works on it.</summary>
    public const string Moving = "moving";

    /// <summary>It could go on by itself, and nobody works on it: its process died. <c>resume</c> goes on.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>A person has paused it, or the last of its tasks that could move.</summary>
    public const string Paused = "paused";

    /// <summary>It goes on when a person has answered.</summary>
    public const string NeedsPerson = "needs-person";

    /// <summary>Nothing more happens.</summary>
    public const string Ended = "ended";

    /// <summary>Which of these it is, as far as the run itself can tell: not <see cref="Interrupted"/>.</summary>
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
        // from workflow to workflow.
        if (run.State == RunStates.AwaitingApproval)
        {
            return run.Questions.Count > 0 ? NeedsPerson : Moving;
        }
        if (!IsWorking(run.State) || run.Tasks.Any(task => CanMove(task.State, run.Paused) && !task.Paused))
        {
            return Moving;
        }

        // Nothing moves by itself any more: either a person is asked, or a person has paused it.
        if (run.Questions.Count > 0 && !run.Paused)
        {
            return NeedsPerson;
        }
        return run.Paused || (PausedTasks(run).Any() && !run.Tasks.Any(WaitsForOthers)) ? Paused : Moving;
    }

    /// <summary>The state in words for people: a run that waits is not said to be executing.</summary>
    /// <param name="run">The run; its <see cref="RunStatus.Standing"/> counts where it is there.</param>
    public static string Describe(RunStatus run) =>
        (run.Standing ?? Of(run)) switch
        {
            Ended => run.State,
            Interrupted => Interrupted,
            NeedsPerson when IsWorking(run.State) => "waiting for a person",
            _ => run.Paused || (run.Standing ?? Of(run)) == Paused ? $"{run.State} (paused)" : run.State,
        };

    /// <summary>Tasks that a person has paused by themselves, while the run as a whole is not.</summary>
    public static IEnumerable<RunTask> PausedTasks(RunStatus run) =>
        run.Paused || RunStates.IsFinal(run.State) ? [] : run.Tasks.Where(task => task.Paused && !TaskStates.IsEnd(task.State));

    // For files that another run holds: it says so in its reason.
    private static bool WaitsForOthers(RunTask task) => task.State == TaskStates.Pending && task.Reason.Length > 0;

    private static bool IsWorking(string state) => state is RunStates.Executing or RunStates.Planning or RunStates.Reviewing;

    // What waits for an account or the machine has no agent to be interrupted: in a paused run it stays where it is.
    private static bool CanMove(string state, bool isRunPaused) =>
        TaskStates.HoldsSlot(state) || state == TaskStates.Merging || (state == TaskStates.Parked && !isRunPaused);
}
