using Microsoft.Extensions.Logging;
using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Runs;

namespace Orchestrator.App.Engine;

/// <summary>Checks periodically whether an activity of a run fails for ever, so that the run shows it.</summary>
/// <param name="engine">The engine of the runs.</param>
/// <param name="context">Clock and terminal.</param>
/// <param name="repositories">Repositories whose runs this worker works on.</param>
/// <param name="log">Receives errors.</param>
internal sealed class FailureWatch(
    EngineConnection engine,
    UseCaseContext context,
    IReadOnlyList<RepositoryLocation> repositories,
    ILogger log
) : BackgroundUnit("failing activities", repositories, context.Time, log)
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
            // If this one fails, the run can't show it anywhere else.
            if (step.Activity == ActivityNames.RecordProgress)
            {
                context.Interaction.Say(
                    $"{run} continues, but its folder can't be written to ({Plural.Of(step.Attempt - 1, "attempt")}, it is tried again): "
                        + $"{step.Message}"
                );
            }
        }
        return Pause;
    }
}
