using Orchestrator.Messages;

namespace Orchestrator.Cli.Runs;

/// <summary>The exit code for a run's state.</summary>
internal static class RunExit
{
    /// <summary>The exit code, or null while the run goes on by itself.</summary>
    public static int? CodeOf(RunStatus run) =>
        run.State == RunStates.Escalated
            ? ExitCodes.WorkFailed
            : RunStanding.Of(run) switch
            {
                RunStanding.Ended => run.State == RunStates.Completed ? ExitCodes.Done : ExitCodes.WorkFailed,
                RunStanding.NeedsPerson => ExitCodes.NeedsPerson,
                RunStanding.Paused => ExitCodes.Resumable,
                _ => null,
            };
}
