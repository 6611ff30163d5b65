using Orchestrator.Messages;

namespace Orchestrator.Cli.Runs;

/// <summary>The exit code for a run's state.</summary>
internal static class RunExit
{
    /// <summary>The exit code, or null while the run goes on by itself.</summary>
    public static int? CodeOf(RunStatus run) =>
        run.State == RunStates.Escalated
            ? ExitCodes.WorkFailed
            : RunLiveness.Of(run) switch
            {
                RunLiveness.Ended => run.State == RunStates.Completed ? ExitCodes.Done : ExitCodes.WorkFailed,
                RunLiveness.NeedsPerson => ExitCodes.NeedsPerson,
                RunLiveness.Paused => ExitCodes.Resumable,
                _ => null,
            };
}
