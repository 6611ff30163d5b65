using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Runs.Tasks;
using Orchestrator.Runs.Tasks.Transfer;
using Temporalio.Exceptions;

namespace Orchestrator.App.Sharing;

/// <summary>
/// Periodically pushes the open runs of this machine to the remote in the settings, so that another machine can continue them. If another
/// machine has taken over a run, this machine no longer pushes the run. It also stops the run's agents here, because they would duplicate
/// work.
/// </summary>
/// <param name="findQueue">Queries the server for the task queue of a run, which identifies the run's owner host.</param>
/// <param name="repositories">Repositories of this worker, each with the reference that its runs use.</param>
/// <param name="context">Provides the clock and user interaction.</param>
/// <param name="log">Receives errors and the names of files that were not pushed.</param>
internal sealed class SharedRunPusher(
    Func<string, CancellationToken, Task<string>> findQueue,
    IReadOnlyList<(LocalRepositoryPaths Location, RepositoryReference Reference)> repositories,
    UseCaseServiceBundle context,
    ILogger log
) : PeriodicSharedRunWorkBase("sharing", repositories, context.Time, log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly GitRemoteRunStateExchanger _share = new(context.Services);

    // Runs that another machine owns, with the time at which their local record was written. If such a run returns, its record is written
    // again, and it is pushed again.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _fenced = new(StringComparer.Ordinal);

    /// <summary>True if a run is open, is shared through a git remote, and has not been taken over by another machine.</summary>
    public bool IsShared(StoredRun run, RepositoryReference reference) =>
        !RunStateNames.IsFinal(run.Status.State)
        && !IsFenced(run)
        && GitRemoteRunStateExchanger.WipOf(run.Id, reference)?.Remote is not null;

    /// <inheritdoc/>
    protected override TimeSpan? IntervalOf(StoredRun run, RepositoryReference reference) =>
        run.Status.Queue == reference.Queue && IsShared(run, reference)
            ? GitRemoteRunStateExchanger.WipOf(run.Id, reference)?.Interval
            : null;

    /// <inheritdoc/>
    protected override async Task<string> ProcessRunAsync(StoredRun run, RepositoryReference reference, CancellationToken stop)
    {
        if (GitRemoteRunStateExchanger.WipOf(run.Id, reference)?.Remote is not { } remote)
        {
            return "";
        }
        if (await IsTakenAsync(run.Id, reference, stop) is true)
        {
            await ReleaseRunAsync(run, reference);
            return "";
        }
        var outcome = await _share.PushAsync(run.Id, reference, remote, takesOver: false, stop);
        foreach (var left in outcome.LeftOut)
        {
            Logger.NotShared(run.Id, left);
        }
        if (!outcome.IsFenced)
        {
            return outcome.Problem;
        }
        switch (await IsTakenAsync(run.Id, reference, stop))
        {
            case true:
                await ReleaseRunAsync(run, reference);
                return "";
            case false:
                // The other machine did not complete the takeover, or the remote lost the pushed refs.
                Logger.NotShared(run.Id, await _share.ReclaimAsync(run.Id, reference, remote, stop));
                return "";
            default:
                // The run is not pushed until the server reports its owner.
                return "another host pushed the run, and the server did not name its owner host";
        }
    }

    private bool IsFenced(StoredRun run) => _fenced.TryGetValue(run.Id, out var writtenAt) && writtenAt == run.WrittenAt;

    /// <summary>Returns true if another machine owns the run, or null if the server does not respond.</summary>
    private async Task<bool?> IsTakenAsync(string runId, RepositoryReference reference, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Patience, context.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            var queue = await findQueue(runId, patience.Token);
            // While a run is drained, this machine still pushes it.
            return queue.Length > 0 && queue != reference.Queue && queue != QueueNames.ForLeaving(context.Machine, reference.Key);
        }
        catch (Exception silent)
            when (silent is RpcException or RpcTimeoutOrCanceledException or WorkflowQueryFailedException or OperationCanceledException
                && !stop.IsCancellationRequested
            )
        {
            return null;
        }
    }

    private async Task ReleaseRunAsync(StoredRun run, RepositoryReference reference)
    {
        var runId = run.Id;
        _fenced[runId] = run.WrittenAt;
        Logger.NotShared(runId, "another host took over the run and shares it from now on");
        foreach (var start in AgentRunFolders.Find(Path.GetDirectoryName(new RunFolder(reference.Path, runId).Path)!))
        {
            if (start.Run == new RunFolder(reference.Path, runId).Name && start.MayBeAtWork)
            {
                await start.StopAsync(context.Time);
            }
        }
    }
}
