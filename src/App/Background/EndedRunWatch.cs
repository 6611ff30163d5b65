using Microsoft.Extensions.Logging;
using Orchestrator.Client;
using Orchestrator.Runs;

namespace Orchestrator.App.Background;

/// <summary>Checks periodically whether a run was ended from outside (Terminate in a Temporal tool): its open tasks are notified, end their
/// agents and close, and its record is updated. At longer intervals also checks this for tasks, of which the run may not be
/// notified.</summary>
/// <param name="engine">The engine of the runs.</param>
/// <param name="repositories">Repositories whose runs this worker works on.</param>
/// <param name="context">Clock and terminal.</param>
/// <param name="log">Receives errors.</param>
internal sealed class EndedRunWatch(
    EngineConnection engine,
    IReadOnlyList<RepositoryLocation> repositories,
    UseCaseContext context,
    ILogger log
) : BackgroundUnit("ended runs", repositories, context.Time, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Number of checks between two checks of tasks.</summary>
    private const int TasksEvery = 10;

    private readonly OrphanedTasks _orphans = new(engine.Client);
    private readonly LostTasks _lost = new(engine.Client);
    private int _passes;

    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        if (_passes++ % TasksEvery == 0)
        {
            await _lost.LookAsync(cancellationToken);
        }
        foreach (var (run, execution) in await _orphans.LookAsync(cancellationToken))
        {
            Record(run, execution);
        }
        return Pause;
    }

    private void Record(string runId, RunExecution? execution)
    {
        if (execution is not { End: { } end, EndedAt: { } endedAt })
        {
            return;
        }
        foreach (var repository in repositories)
        {
            StoredRuns.Find(repository, runId)?.Close(end, endedAt);
        }
    }
}
