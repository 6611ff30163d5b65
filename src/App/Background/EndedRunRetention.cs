using Microsoft.Extensions.Logging;
using Orchestrator.App.Cleaning;

namespace Orchestrator.App.Background;

/// <summary>
/// Removes ended runs that exceed the limits in <c>retention.*</c>, and reusable worktrees that exceed <c>worktrees.pool</c>. Acts in a
/// repository only while none of its runs is open. Each pass removes at most 20 runs per repository within 20 seconds.
/// </summary>
/// <param name="locations">The repositories.</param>
/// <param name="settings">The current settings.</param>
/// <param name="engine">Engine of the runs.</param>
/// <param name="context">Provides the clock and environment.</param>
/// <param name="log">Receives an entry for each removed run.</param>
public sealed class EndedRunRetention(
    IReadOnlyList<LocalRepositoryPaths> locations,
    OrchestratorSettings settings,
    EngineConnection engine,
    UseCaseServiceBundle context,
    ILogger log
) : PeriodicBackgroundWork("retention", locations, context.Time, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);
    private const int MostRuns = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Executes a single removal pass after this process has executed a run. A failure is logged, and the next process tries again.
    /// </summary>
    public async Task RemoveEndedRunsAsync(CancellationToken stop)
    {
        try
        {
            await PassAsync(stop);
        }
        catch (Exception fault)
        {
            Logger.RetentionFailed(fault);
        }
    }

    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        Exception? failure = null;
        foreach (var location in locations)
        {
            try
            {
                await ActInTimeAsync(location, cancellationToken);
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                // The exception is thrown only after all other repositories were cleaned up.
                failure = fault;
            }
        }
        return failure is null ? Every : throw failure;
    }

    private async Task ActInTimeAsync(LocalRepositoryPaths location, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Patience, context.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            await RemoveEndedRunsNowAsync(location, patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // The next pass removes the remaining runs.
        }
    }

    private async Task RemoveEndedRunsNowAsync(LocalRepositoryPaths location, CancellationToken stop)
    {
        var runs = StoredRunFinder.List(location);
        if (runs.Any(run => !RunStateNames.IsFinal(RunRecordReconciler.Of(run, location).Status.State)))
        {
            return;
        }
        var beyond = ExpiredRunSelector.Beyond(
            runs.Select(run => run.Status),
            settings.Retention.Count,
            settings.Retention.Age,
            context.Time.GetUtcNow()
        );
        var cleanup = await RepositoryLeftoverCleaner.OpenAsync(location, settings, context.Services);
        using var one = cleanup.TryBegin();
        if (one is null)
        {
            return;
        }
        var found = await cleanup.FindLeftoversAsync(beyond, [.. runs.Select(run => run.Status)], givesUp: false, stop);
        RunLeftovers[] some = [.. found.Runs.Where(remains => remains.HasAny).Take(MostRuns)];
        var histories = new WorkflowHistoryRemover(engine, context.Time, stop);
        var left = await cleanup.RemoveAsync(found with { Runs = some }, histories.RemoveHistoryAsync, stop);
        await histories.FinishAsync();
        if (some.Length > 0)
        {
            Logger.EndedRunsRemoved(some.Length, string.Join(", ", some.Select(remains => remains.Run.Status.RunId)));
        }
        foreach (var why in left)
        {
            Logger.EndedRunNotRemoved(why);
        }
    }
}
