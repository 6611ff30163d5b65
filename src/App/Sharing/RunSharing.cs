using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks;
using Orchestrator.Runs.Tasks.Moving;
using Temporalio.Exceptions;

namespace Orchestrator.App.Sharing;

/// <summary>Pushes the open runs of this machine to the remote that their settings name, every so often, so that another machine can go on
/// with them. What another one has taken over is pushed no more, and its agents here are ended before they do what is done there.</summary>
/// <param name="findQueue">Asks the server for the queue of a run, which says whose the run is.</param>
/// <param name="repositories">Repositories of this worker, as runs name them.</param>
/// <param name="context">Clock and terminal.</param>
/// <param name="log">Receives errors, and files that are not shared.</param>
internal sealed class RunSharing(
    Func<string, CancellationToken, Task<string>> findQueue,
    IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> repositories,
    UseCaseContext context,
    ILogger log
) : SharedRunUnit("sharing", repositories, context.Time, log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly RunShare _share = new(context.Services);

    // Runs that another machine has, with the times of their records here. Whatever brings a run back writes its record anew.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _fenced = new(StringComparer.Ordinal);

    /// <summary>True if a run of this machine is pushed by it.</summary>
    public bool IsShared(StoredRun run, RepositoryReference reference) =>
        !RunStates.IsFinal(run.Status.State) && !IsFenced(run) && RunShare.WipOf(run.Id, reference)?.Remote is not null;

    /// <inheritdoc/>
    protected override TimeSpan? IntervalOf(StoredRun run, RepositoryReference reference) =>
        run.Status.Queue == reference.Queue && IsShared(run, reference) ? RunShare.WipOf(run.Id, reference)?.Interval : null;

    /// <inheritdoc/>
    protected override async Task<string> ActAsync(StoredRun run, RepositoryReference reference, CancellationToken stop)
    {
        if (RunShare.WipOf(run.Id, reference)?.Remote is not { } remote)
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
                // Who wanted it has not come to the end, or the remote has lost what was pushed.
                Logger.NotShared(run.Id, await _share.ReclaimAsync(run.Id, reference, remote, stop));
                return "";
            default:
                // Nothing more of it is pushed until the server says whose it is.
                return "another machine has pushed it, and the server can't be asked whose it is";
        }
    }

    private bool IsFenced(StoredRun run) => _fenced.TryGetValue(run.Id, out var writtenAt) && writtenAt == run.WrittenAt;

    /// <summary>True if another machine has the run; null: the server does not say.</summary>
    private async Task<bool?> IsTakenAsync(string runId, RepositoryReference reference, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Patience, context.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            var queue = await findQueue(runId, patience.Token);
            // One that is being given away is still pushed here.
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
        Logger.NotShared(runId, "another machine has taken it over and shares it from now on");
        foreach (var start in AgentRunFolders.Find(Path.GetDirectoryName(new RunFolder(reference.Path, runId).Path)!))
        {
            if (start.Run == new RunFolder(reference.Path, runId).Name && start.MayBeAtWork)
            {
                await start.StopAsync(context.Time);
            }
        }
    }
}
