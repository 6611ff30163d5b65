namespace Orchestrator.App.Runs;

/// <summary>Determines the exit code of a command from the state of its run.</summary>
public static class RunExitCode
{
    /// <summary>Returns the exit code. Returns null while the run continues without the user.</summary>
    public static Outcome? CodeOf(RunStatus run) =>
        run.State == RunStates.Escalated
            ? Outcome.WorkFailed
            : RunLiveness.Of(run) switch
            {
                RunLiveness.Ended => run.State == RunStates.Completed ? Outcome.Done : Outcome.WorkFailed,
                RunLiveness.NeedsPerson => Outcome.NeedsPerson,
                RunLiveness.Paused => Outcome.Resumable,
                _ => null,
            };

    /// <summary>True if a user has paused the run and the run has not ended.</summary>
    public static bool IsHeld(RunStatus run) => run.Paused && !RunStates.IsFinal(run.State);
}
