using Microsoft.Extensions.Logging;
using Orchestrator.Client;

namespace Orchestrator.Cli.Engine;

/// <summary>Looks again and again whether something in a run fails for ever, so that the run says so.</summary>
/// <param name="engine">The engine of the runs.</param>
/// <param name="context">Clock and terminal.</param>
/// <param name="log">Takes what kept it from looking.</param>
internal sealed partial class FailureWatch(EngineConnection engine, CommandContext context, ILogger log)
{
    /// <summary>The step that writes what a run says to its folder: when this one fails the run can be heard nowhere else.</summary>
    private const string Recording = "RecordProgress";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(20);

    /// <summary>Looks until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var failing = new FailingActivities(engine.Client, context.Time);
        while (true)
        {
            await Task.Delay(Pause, context.Time, stop);
            try
            {
                foreach (var (run, step) in (await failing.ReportAsync(stop)).Where(told => told.Failing.Activity == Recording))
                {
                    context.Terminal.Say(
                        $"{run} goes on, but what it does can't be written to its folder ({step.Attempt - 1} attempts, it is "
                            + $"tried again): {step.Message}"
                    );
                }
            }
            catch (Exception missed) when (!stop.IsCancellationRequested)
            {
                // An engine that goes over to another process right now, or is too busy to answer: the next look comes soon. No run breaks
                // because of it.
                CouldNotLook(missed);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Whether activities fail again and again could not be seen this time")]
    private partial void CouldNotLook(Exception missed);
}
