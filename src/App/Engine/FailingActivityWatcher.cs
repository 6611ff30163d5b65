using Microsoft.Extensions.Logging;
using Orchestrator.Client;

namespace Orchestrator.App.Engine;

/// <summary>Checks periodically for activities that fail in every attempt, so that the status of their run shows the failure.</summary>
/// <param name="engine">Engine of the runs.</param>
/// <param name="context">Provides the clock and user interaction.</param>
/// <param name="repositories">Repositories whose runs this worker executes.</param>
/// <param name="log">Receives errors.</param>
internal sealed class FailingActivityWatcher(
    EngineConnection engine,
    UseCaseServiceBundle context,
    IReadOnlyList<LocalRepositoryPaths> repositories,
    ILogger log
) : PeriodicBackgroundWork("failing activities", repositories, context.Time, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(20);
    private readonly FailingActivities _failing = new(engine.Client, context.Time);
    private bool _hasWaited;

    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        if (!_hasWaited)
        {
            _hasWaited = true;
            return Pause;
        }
        foreach (var (run, step) in await _failing.ReportAsync(cancellationToken))
        {
            // If the activity that records progress fails, the run can't show the failure in any other way.
            if (step.Activity == ActivityNames.RecordProgress)
            {
                context.Interaction.Inform(
                    $"{run} continues, but its folder can't be written ({Plural.Of(step.Attempt - 1, "attempt")}so far; retrying): "
                        + $"{step.Message}"
                );
            }
        }
        return Pause;
    }
}
