using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Engine;
using Orchestrator.Cli.Logging;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks;
using Orchestrator.Runs.Tasks.Moving;
using Temporalio.Exceptions;

namespace Orchestrator.Cli.Runs;

/// <summary>Pushes the open runs of this machine to the remote that their settings name, every so often, so that another machine can go on
/// with them. What another one has taken over is pushed no more, and its agents here are ended before they do what is done there.</summary>
/// <param name="engine">The server of the runs: it says whose a run is.</param>
/// <param name="context">Clock and terminal.</param>
/// <param name="log">Takes what kept a run from being shared.</param>
internal sealed class RunSharing(EngineConnection engine, CommandContext context, ILogger log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly RunShare _share = new(context.Services);
    private readonly Pace _pace = new(context.Time);
    private readonly ConcurrentDictionary<string, bool> _fenced = new(StringComparer.Ordinal);

    /// <summary>True if a run of this machine is pushed by it.</summary>
    public bool IsShared(StoredRun run, RepositoryReference reference) =>
        !RunStates.IsFinal(run.Status.State) && !_fenced.ContainsKey(run.Id) && RunShare.WipOf(run.Id, reference)?.Remote is not null;

    /// <summary>Pushes a run, where that is due.</summary>
    public async Task ShareIfDueAsync(StoredRun run, RepositoryReference reference, CancellationToken stop)
    {
        try
        {
            if (RunShare.WipOf(run.Id, reference) is not { Remote: { } remote } wip || !_pace.TryBegin(run.Id, wip.Interval))
            {
                return;
            }
            if (await IsTakenAsync(run.Id, reference, stop) is true)
            {
                await GiveUpAsync(run.Id, reference);
                return;
            }
            var outcome = await _share.PushAsync(run.Id, reference, remote, takesOver: false, stop);
            foreach (var left in outcome.LeftOut)
            {
                log.NotShared(run.Id, left);
            }
            if (outcome.Problem.Length > 0)
            {
                log.NotShared(run.Id, outcome.Problem);
            }
            if (!outcome.IsFenced)
            {
                return;
            }
            switch (await IsTakenAsync(run.Id, reference, stop))
            {
                case true:
                    await GiveUpAsync(run.Id, reference);
                    break;
                case false:
                    // Who wanted it has not come to the end, or the remote has lost what was pushed.
                    log.NotShared(run.Id, await _share.ReclaimAsync(run.Id, reference, remote, stop));
                    break;
                default:
                    // The server does not answer: nothing more of it is pushed until that says whose it is.
                    log.NotShared(run.Id, "another machine has pushed it, and the server can't be asked whose it is");
                    break;
            }
        }
        catch (Exception missed) when (missed is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // A full disk, a remote that is away: the next time is near, and the run goes on without it.
            log.RunNotShared(run.Id, missed);
        }
    }

    /// <summary>True if another machine has the run; null: the server does not say.</summary>
    private async Task<bool?> IsTakenAsync(string runId, RepositoryReference reference, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            var queue = await engine.Runs.Get(runId).FindQueueAsync(patience.Token);
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

    private async Task GiveUpAsync(string runId, RepositoryReference reference)
    {
        _fenced[runId] = true;
        log.NotShared(runId, "another machine has taken it over and shares it from now on");
        foreach (var start in AgentRunFolders.Find(Path.GetDirectoryName(new RunFolder(reference.Path, runId).Path)!))
        {
            if (start.Run == new RunFolder(reference.Path, runId).Name && start.MayBeAtWork)
            {
                await start.StopAsync(context.Time);
            }
        }
    }
}
