using Microsoft.Extensions.Logging;
using Orchestrator.Client;
using Orchestrator.Runs.Tasks.Transfer;

namespace Orchestrator.App.Hosting;

/// <summary>
/// Takes over shared runs of other machines automatically. Drained runs are taken over at once, and other runs after a time without
/// progress. If several machines try to take over the same run, the last one to push successfully to the remote owns it.
/// </summary>
/// <param name="engine">Engine of the runs.</param>
/// <param name="repositories">Repositories whose runs may be taken over.</param>
/// <param name="worker">Worker that continues the runs.</param>
/// <param name="after">Idle time after which a run is taken over.</param>
/// <param name="context">Provides the clock and user interaction.</param>
/// <param name="log">Receives errors.</param>
internal sealed class RunTakeOverWatcher(
    EngineConnection engine,
    IReadOnlyList<(LocalRepositoryPaths Location, RepositoryReference Reference)> repositories,
    WorkerHost worker,
    TimeSpan after,
    UseCaseServiceBundle context,
    ILogger log
) : PeriodicBackgroundWork("take over", repositories.Select(one => one.Location), context.Time, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Delay before the next attempt to take over a run that could not be fetched.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, (string Steps, long Since)> _still = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _failed = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var run in engine.Runs.ListOpenAsync(cancellationToken))
        {
            open.Add(run);
            if (!_failed.TryGetValue(run, out var last) || context.Time.GetElapsedTime(last) >= Patience)
            {
                await TryAsync(run, () => CheckRunAsync(run, cancellationToken), cancellationToken);
            }
        }
        ClearRemovedItems(open.Contains);
        return Pause;
    }

    private async Task<string> CheckRunAsync(string runId, CancellationToken stop)
    {
        try
        {
            return await IsToBeTakenAsync(runId, stop) ? await TakeOverRunAsync(runId, stop) : "";
        }
        catch
        {
            _failed[runId] = context.Time.GetTimestamp();
            throw;
        }
    }

    private async Task<bool> IsToBeTakenAsync(string runId, CancellationToken stop)
    {
        var queue = await engine.Runs.Get(runId).FindQueueAsync(stop);
        var giver = QueueNames.DrainingHostOf(queue, out var isReady);
        if (
            (giver ?? QueueNames.MachineOf(queue)) is not { } machine
            || machine == context.Machine
            || await RunStallDetector.DescribePendingActivitiesAsync(engine.Client, runId, machine, stop) is not { } steps
        )
        {
            _still.Remove(runId);
            return false;
        }
        if (!_still.TryGetValue(runId, out var known) || known.Steps != steps)
        {
            _still[runId] = known = (steps, context.Time.GetTimestamp());
        }
        var isStill = context.Time.GetElapsedTime(known.Since) >= after;
        return isReady || isStill;
    }

    /// <summary>Takes over a run in the local repository that contains the run's first commit.</summary>
    /// <returns>Reason why the run can't be taken over. Empty if it was taken over, or if no repository here contains its first
    /// commit.</returns>
    private async Task<string> TakeOverRunAsync(string runId, CancellationToken stop)
    {
        var run = engine.Runs.Get(runId);
        var status = await run.StatusAsync(stop);
        var arrival = new MovedRunPreparer(context.Services);
        var missing = "";
        foreach (var (location, to) in repositories)
        {
            if (context.OpenSettings(location, []).Loaded.Settings?.Wip.Remote is not { } remote)
            {
                continue;
            }
            if (await arrival.ContainsBaseAsync(status, to, remote, stop) is not { } isKnown)
            {
                _failed[runId] = context.Time.GetTimestamp();
                missing = $"its remote does not have the run's base commit yet. 'orchestrate move {runId}' moves the run here";
                continue;
            }
            if (!isKnown)
            {
                continue;
            }
            var brought = await new RunFetcher(context, worker.HasPlaces(to)).FetchRunAsync(status, to, remote, acceptsLosses: false, stop);
            if (!brought.IsHere)
            {
                _failed[runId] = context.Time.GetTimestamp();
                missing = string.Join("; ", brought.Missing.Parts);
                continue;
            }
            var answer = await run.MoveAsync(new MoveRunArguments(to, $"worker@{context.Machine}"), stop);
            _still.Remove(runId);
            await worker.OfferPlacesOfAsync(to, runId, stop);
            context.Interaction.Inform(string.Join(' ', [answer.Message, .. brought.Notes]));
            return "";
        }
        return missing;
    }
}
