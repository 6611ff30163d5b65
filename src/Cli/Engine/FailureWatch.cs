using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Logging;
using Orchestrator.Client;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Engine;

/// <summary>Checks periodically whether an activity of a run fails for ever, so that the run shows it.</summary>
/// <param name="engine">The engine of the runs.</param>
/// <param name="context">Clock and terminal.</param>
/// <param name="log">Takes what kept it from looking.</param>
internal sealed class FailureWatch(EngineConnection engine, CommandContext context, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(20);

    /// <summary>Checks until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var failing = new FailingActivities(engine.Client, context.Time);
        while (true)
        {
            await Task.Delay(Pause, context.Time, stop);
            try
            {
                // If this one fails, the run can't show it anywhere else.
                foreach (
                    var (run, step) in (await failing.ReportAsync(stop)).Where(told =>
                        told.Failing.Activity == ActivityNames.RecordProgress
                    )
                )
                {
                    context.Terminal.Say(
                        $"{run} continues, but its folder can't be written to ({Plural.Of(step.Attempt - 1, "attempt")}, it is "
                            + $"tried again): {step.Message}"
                    );
                }
            }
            catch (Exception missed) when (!stop.IsCancellationRequested)
            {
                // The engine is being taken over by another process, or is too busy: the next check follows soon, and no run fails because
                // of it.
                log.FailuresNotSeen(missed);
            }
        }
    }
}
