using Orchestrator.Client;

namespace Orchestrator.App.Runs;

/// <summary>Removes the workflow histories of removed runs from the engine.</summary>
/// <param name="engine">Engine that contains the histories, or null if there is none.</param>
/// <param name="time">The clock.</param>
public sealed class WorkflowHistoryRemover(EngineConnection? engine, TimeProvider time, CancellationToken stop)
{
    /// <summary>Removes the history of a run. On a Temporal server, nothing is removed, because the server has its own retention.</summary>
    /// <returns>True if the history was removed. False if the run is unexpectedly open.</returns>
    public async Task<bool> RemoveHistoryAsync(string run) =>
        engine switch
        {
            null => true,
            { IsEmbedded: true } => await new RunHistoryCleanup(engine.Client).DeleteHistoriesAsync(run, stop),
            _ => await engine.Runs.Get(run).FindExecutionAsync(stop) is not { IsOpen: true },
        };

    /// <summary>
    /// Removes workflow histories that are no longer needed from the embedded engine, and returns the freed space to the file system. Call
    /// this method after the last run has been removed.
    /// </summary>
    public async Task FinishAsync()
    {
        if (engine is { IsEmbedded: true })
        {
            await new RunHistoryCleanup(engine.Client).DeleteLeaseHistoriesAsync(time.GetUtcNow(), stop);
            await engine.DeleteExpiredAsync();
        }
    }
}
