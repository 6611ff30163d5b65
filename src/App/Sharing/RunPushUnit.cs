using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Runs.Tasks;
using Orchestrator.Runs.Tasks.Moving;
using Temporalio.Exceptions;

namespace Orchestrator.App.Sharing;

/// <summary>Pushes the open runs of this machine periodically to the configured remote, so that another machine can continue them. A run
/// that another machine took over is no longer pushed, and its agents here are ended before they duplicate work.</summary>
/// <param name="findQueue">Queries the server for the task queue of a run, which identifies the run's owner host.</param>
/// <param name="repositories">Repositories of this worker, with the references that their runs use.</param>
/// <param name="context">Provides the clock and user interaction.</param>
/// <param name="log">Receives errors and the names of files that are not shared.</param>
internal sealed class RunPushUnit(
    Func<string, CancellationToken, Task<string>> findQueue,
    IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> repositories,
    UseCaseContext context,
    ILogger log
) : SharedRunUnit("sharing", repositories, context.Time, log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly RunSync _share = new(context.Services);

    // Runs that another machine owns, with the write times of their local records. Moving a run back rewrites its record, which ends the
    // fence.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _fenced = new(StringComparer.Ordinal);

    /// <summary>True if this unit pushes a run because this machine owns it.</summary>
    public bool IsShared(StoredRun run, RepositoryReference reference) =>
        !RunStates.IsFinal(run.Status.State) && !IsFenced(run) && RunSync.WipOf(run.Id, reference)?.Remote is not null;

    /// <inheritdoc/>
    protected override TimeSpan? IntervalOf(StoredRun run, RepositoryReference reference) =>
        run.Status.Queue == reference.Queue && IsShared(run, reference) ? RunSync.WipOf(run.Id, reference)?.Interval : null;

    /// <inheritdoc/>
    protected override async Task<string> ActAsync(StoredRun run, RepositoryReference reference, CancellationToken stop)
    {
        if (RunSync.WipOf(run.Id, reference)?.Remote is not { } remote)
        {
            return "";
        }
        if (await IsTakenAsync(run.Id, reference, stop) is true)
        {
            await GiveUpAsync(run, reference);
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
                await GiveUpAsync(run, reference);
                return "";
            case false:
                // The other machine did not complete the take-over, or the remote lost the pushed refs.
                Logger.NotShared(run.Id, await _share.ReclaimAsync(run.Id, reference, remote, stop));
                return "";
            default:
                // Pushing stops until the server reports the owner.
                return "another host pushed it, and the server did not name its owner host";
        }
    }

    private bool IsFenced(StoredRun run) => _fenced.TryGetValue(run.Id, out var writtenAt) && writtenAt == run.WrittenAt;

    /// <summary>True if another machine owns the run, or null if the server does not answer.</summary>
    private async Task<bool?> IsTakenAsync(string runId, RepositoryReference reference, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Patience, context.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            var queue = await findQueue(runId, patience.Token);
            // This machine still pushes a run that is being drained.
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

    private async Task GiveUpAsync(StoredRun run, RepositoryReference reference)
    {
        var runId = run.Id;
        _fenced[runId] = run.WrittenAt;
        Logger.NotShared(runId, "another host took it over and shares it from now on");
        foreach (var start in AgentRunFolders.Find(Path.GetDirectoryName(new RunFolder(reference.Path, runId).Path)!))
        {
            if (start.Run == new RunFolder(reference.Path, runId).Name && start.MayBeAtWork)
            {
                await start.StopAsync(context.Time);
            }
        }
    }
}
