namespace Orchestrator.App.Runs;

/// <summary>Determines the exit code of a command from the state of its run.</summary>
public static class RunExitCode
{
    /// <summary>Returns the exit code, or null while the run can continue without the user.</summary>
    public static UseCaseOutcome? CodeOf(RunStatus run) =>
        run.State == RunStateNames.Escalated
            ? UseCaseOutcome.WorkFailed
            : RunLivenessClassifier.Of(run) switch
            {
                RunLivenessClassifier.Ended => run.State == RunStateNames.Completed ? UseCaseOutcome.Done : UseCaseOutcome.WorkFailed,
                RunLivenessClassifier.NeedsPerson => UseCaseOutcome.NeedsPerson,
                RunLivenessClassifier.Paused => UseCaseOutcome.Resumable,
                _ => null,
            };

    /// <summary>True if a user has paused the run and the run has not ended.</summary>
    public static bool IsHeld(RunStatus run) => run.Paused && !RunStateNames.IsFinal(run.State);
}
