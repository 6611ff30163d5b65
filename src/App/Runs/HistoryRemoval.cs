using Orchestrator.Client;

namespace Orchestrator.App.Runs;

/// <summary>Removes histories of removed runs from the engine.</summary>
/// <param name="engine">The engine with their histories; null: there is none to ask.</param>
/// <param name="time">The clock.</param>
public sealed class HistoryRemoval(EngineConnection? engine, TimeProvider time, CancellationToken stop)
{
    /// <summary>Removes a run's history; a Temporal server keeps its own.</summary>
    /// <returns>False: the run is open after all.</returns>
    public async Task<bool> ForgetAsync(string run) =>
        engine switch
        {
            null => true,
            { IsEmbedded: true } => await new RunHistories(engine.Client).ForgetAsync(run, stop),
            _ => await engine.Runs.Get(run).FindExecutionAsync(stop) is not { IsOpen: true },
        };

    /// <summary>After the last run: removes what belongs to no run, and returns free space to the disk.</summary>
    public async Task FinishAsync()
    {
        if (engine is { IsEmbedded: true })
        {
            await new RunHistories(engine.Client).ForgetLeasesAsync(time.GetUtcNow(), stop);
            await engine.SweepAsync();
        }
    }
}
