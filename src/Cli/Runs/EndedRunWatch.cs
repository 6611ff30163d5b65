using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Engine;
using Orchestrator.Client;
using Orchestrator.Runs;

namespace Orchestrator.Cli.Runs;

/// <summary>
/// Looks again and again whether a run was ended from outside (Terminate in a Temporal tool): its open tasks are told, which end their
/// agents and close, and its record says what became of it. Now and then also whether that was done to a task, which its run may not hear
/// of.
/// </summary>
/// <param name="engine">The engine of the runs.</param>
/// <param name="repositories">Those whose runs are worked on here.</param>
/// <param name="context">Clock and terminal.</param>
/// <param name="log">Takes what kept it from looking.</param>
internal sealed partial class EndedRunWatch(
    EngineConnection engine,
    IReadOnlyList<RepositoryLocation> repositories,
    CommandContext context,
    ILogger log
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Looks from one for tasks to the next.</summary>
    private const int TasksEvery = 10;

    /// <summary>Looks until it is stopped.</summary>
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
                // An engine that goes over to another process right now, or is too busy to answer: the next look comes soon. No run breaks
                // because of it.
                CouldNotLook(missed);
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

    [LoggerMessage(1, LogLevel.Information, "Whether a run has been ended from outside could not be seen this time")]
    private partial void CouldNotLook(Exception missed);
}
