using Orchestrator.Client;

namespace Orchestrator.App.Runs;

/// <summary>Removes the histories of removed runs from the engine.</summary>
/// <param name="engine">Engine with the histories, or null if there is none.</param>
/// <param name="time">Clock.</param>
public sealed class HistoryRemoval(EngineConnection? engine, TimeProvider time, CancellationToken stop)
{
    /// <summary>Removes the history of a run. A Temporal server manages its histories itself, so nothing is removed there.</summary>
    /// <returns>False if the run is unexpectedly open.</returns>
    public async Task<bool> ForgetAsync(string run) =>
        engine switch
        {
            null => true,
            { IsEmbedded: true } => await new RunHistoryCleanup(engine.Client).ForgetAsync(run, stop),
            _ => await engine.Runs.Get(run).FindExecutionAsync(stop) is not { IsOpen: true },
        };

    /// <summary>Removes data that belongs to no run and returns free space to the disk. Call it after the last run.</summary>
    public async Task FinishAsync()
    {
        if (engine is { IsEmbedded: true })
        {
            await new RunHistoryCleanup(engine.Client).ForgetLeasesAsync(time.GetUtcNow(), stop);
            await engine.SweepAsync();
        }
    }
}
