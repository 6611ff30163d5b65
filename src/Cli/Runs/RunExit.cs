using Orchestrator.Contracts;

namespace Orchestrator.Cli.Runs;

/// <summary>What a run's state means for the exit code of the command that waited for it.</summary>
internal static class RunExit
{
    /// <summary>The exit code, or null while the run goes on by itself.</summary>
    public static int? CodeOf(RunStatus run)
    {
        if (run.State == RunStates.Completed)
            return ExitCodes.Done;
        if (run.State is RunStates.Failed or RunStates.Cancelled or RunStates.Escalated)
            return ExitCodes.WorkFailed;
        if (run.State is RunStates.AwaitingPromotion or RunStates.AwaitingApproval)
            return ExitCodes.NeedsPerson;
        if (run.Tasks.Any(task => CanMove(task.State) && !task.Paused))
            return null;

        // Nothing moves by itself any more: either a person is asked, or a person has paused it.
        if (run.Questions.Count > 0 && IsWorking(run.State) && !run.Paused)
            return ExitCodes.NeedsPerson;
        return run.Paused && IsWorking(run.State) ? ExitCodes.Resumable : null;
    }

    private static bool IsWorking(string state) => state is RunStates.Executing or RunStates.Planning;

    private static bool CanMove(string state) => TaskStates.HoldsSlot(state) || state is TaskStates.Merging or TaskStates.Parked;
}
