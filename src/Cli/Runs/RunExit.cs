using Orchestrator.Messages;

namespace Orchestrator.Cli.Runs;

/// <summary>What a run's state means for the exit code of the command that waited for it.</summary>
internal static class RunExit
{
    /// <summary>The exit code, or null while the run goes on by itself.</summary>
    public static int? CodeOf(RunStatus run)
    {
        if (run.State == RunStates.Completed)
        {
            return ExitCodes.Done;
        }
        if (run.State is RunStates.Failed or RunStates.Cancelled or RunStates.Terminated or RunStates.Escalated)
        {
            return ExitCodes.WorkFailed;
        }
        if (run.State == RunStates.AwaitingPromotion)
        {
            return ExitCodes.NeedsPerson;
        }

        // Once its question is answered the run keeps this state until it has joined the other runs of the repository, which takes messages
        // from workflow to workflow.
        if (run.State == RunStates.AwaitingApproval)
        {
            return run.Questions.Count > 0 ? ExitCodes.NeedsPerson : null;
        }
        if (run.Tasks.Any(task => CanMove(task.State, run.Paused) && !task.Paused))
        {
            return null;
        }

        // Nothing moves by itself any more: either a person is asked, or a person has paused it.
        if (run.Questions.Count > 0 && IsWorking(run.State) && !run.Paused)
        {
            return ExitCodes.NeedsPerson;
        }
        return (run.Paused || (PausedTasks(run).Any() && !run.Tasks.Any(WaitsForOthers))) && IsWorking(run.State)
            ? ExitCodes.Resumable
            : null;
    }

    /// <summary>Tasks that a person has paused by themselves, while the run as a whole is not.</summary>
    public static IEnumerable<RunTask> PausedTasks(RunStatus run) =>
        run.Paused || RunStates.IsFinal(run.State) ? [] : run.Tasks.Where(task => task.Paused && !TaskStates.IsEnd(task.State));

    // For files that another run holds: it says so in its reason.
    private static bool WaitsForOthers(RunTask task) => task.State == TaskStates.Pending && task.Reason.Length > 0;

    private static bool IsWorking(string state) => state is RunStates.Executing or RunStates.Planning;

    // What waits for an account or the machine has no agent to be interrupted: in a paused run it stays where it is.
    private static bool CanMove(string state, bool isRunPaused) =>
        TaskStates.HoldsSlot(state) || state == TaskStates.Merging || (state == TaskStates.Parked && !isRunPaused);
}
