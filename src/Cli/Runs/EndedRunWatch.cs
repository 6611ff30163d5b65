using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Engine;
using Orchestrator.Cli.Logging;
using Orchestrator.Client;
using Orchestrator.Runs;

namespace Orchestrator.Cli.Runs;

/// <summary>Checks periodically whether a run was ended from outside (Terminate in a Temporal tool): its open tasks are notified, end their
/// agents and close, and its record is updated. At longer intervals also checks this for tasks, of which the run may not be
/// notified.</summary>
/// <param name="engine">The engine of the runs.</param>
/// <param name="repositories">Repositories whose runs this worker works on.</param>
/// <param name="context">Clock and terminal.</param>
/// <param name="log">Takes what kept it from looking.</param>
internal sealed class EndedRunWatch(
    EngineConnection engine,
    IReadOnlyList<RepositoryLocation> repositories,
    CommandContext context,
    ILogger log
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Number of checks between two checks of tasks.</summary>
    private const int TasksEvery = 10;

    /// <summary>Checks until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var (orphans, lost) = (new OrphanedTasks(engine.Client), new LostTasks(engine.Client));
        for (var looks = 0; ; looks++)
        {
            try
            {
                if (looks % TasksEvery == 0)
                {
                    await lost.LookAsync(stop);
                }
                foreach (var (run, execution) in await orphans.LookAsync(stop))
                {
                    Record(run, execution);
                }
            }
            catch (Exception missed) when (missed is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                // The engine is being taken over by another process, or is too busy: the next check follows soon, and no run fails because
                // of it.
                log.EndedRunsNotSeen(missed);
            }

            await Task.Delay(Pause, context.Time, stop);
        }
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
