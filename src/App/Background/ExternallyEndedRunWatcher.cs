using Microsoft.Extensions.Logging;
using Orchestrator.Client;

namespace Orchestrator.App.Background;

/// <summary>
/// Checks periodically for runs that were ended externally, for example by Terminate in a Temporal tool. Notifies the open tasks of such a
/// run, which then stop their agents and close, and updates the run's record. Less often, also checks for tasks that were ended externally,
/// because their run might not notice.
/// </summary>
/// <param name="engine">Engine of the runs.</param>
/// <param name="repositories">Repositories whose runs this worker executes.</param>
/// <param name="context">Provides the clock and user interaction.</param>
/// <param name="log">Receives errors.</param>
internal sealed class ExternallyEndedRunWatcher(
    EngineConnection engine,
    IReadOnlyList<LocalRepositoryPaths> repositories,
    UseCaseServiceBundle context,
    ILogger log
) : PeriodicBackgroundWork("ended runs", repositories, context.Time, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Number of passes from one check for externally ended tasks to the next.</summary>
    private const int TasksEvery = 10;

    private readonly OrphanedTasks _orphans = new(engine.Client);
    private readonly ExternallyEndedTasks _lost = new(engine.Client);
    private int _passes;

    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        if (_passes++ % TasksEvery == 0)
        {
            await _lost.NotifyRunsAsync(cancellationToken);
        }
        foreach (var (run, execution) in await _orphans.CheckAsync(cancellationToken))
        {
            Record(run, execution);
        }
        return Pause;
    }

    private void Record(string runId, RunWorkflowExecutionStatus? execution)
    {
        if (execution is not { End: { } end, EndedAt: { } endedAt })
        {
            return;
        }
        foreach (var repository in repositories)
        {
            StoredRunFinder.Find(repository, runId)?.Close(end, endedAt);
        }
    }
}
