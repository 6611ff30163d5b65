using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Engine;
using Orchestrator.Cli.Logging;
using Orchestrator.Messages;
using Orchestrator.Runs.Tasks.Moving;

namespace Orchestrator.Cli.Runs;

/// <summary>Ends agents of tasks that were placed on this host by a worker before, and that another host has by now.</summary>
/// <param name="engine">The server of the runs: it says where a task is.</param>
/// <param name="context">Clock and services.</param>
/// <param name="remotes">The git remotes that machines share, by the paths of repositories.</param>
/// <param name="log">Takes what was ended.</param>
internal sealed class PlacedTaskWatch(
    EngineConnection engine,
    IReadOnlyDictionary<string, string> remotes,
    CommandContext context,
    ILogger log
)
{
    /// <summary>So often the record of a run of another machine is compared with the server.</summary>
    private static readonly TimeSpan RecordsEvery = TimeSpan.FromMinutes(1);

    private readonly TaskShare _share = new(context.Services, remote: null);
    private readonly HeldPlaces _held = HeldPlaces.Of(context.Services);
    private readonly Pace _pace = new(context.Time);

    /// <summary>Looks after a run of another machine.</summary>
    public async Task LookAsync(StoredRun run, RepositoryReference reference, CancellationToken stop)
    {
        if (!RunStates.IsFinal(run.Status.State) && _pace.TryBegin(run.Id, RecordsEvery))
        {
            await RecordEndAsync(run, stop);
        }
        foreach (var task in _held.FindLeft(run.Id, reference))
        {
            await LookAsync(task, stop);
        }
    }

    /// <summary>The worker has ended: agents of tasks that were placed here end, since their tasks go on on other hosts; what they have
    /// made until now goes there.</summary>
    /// <param name="run">A run of another machine.</param>
    /// <param name="reference">The repository.</param>
    /// <param name="stop">Ends the pushes.</param>
    public async Task EndAsync(StoredRun run, RepositoryReference reference, CancellationToken stop)
    {
        var share = new TaskShare(context.Services, remotes.GetValueOrDefault(reference.Path));
        foreach (var task in PlacedTasks.Find(run.Id, reference))
        {
            try
            {
                await share.PushIfPlacedAsync(task, asking => IsHereAsync(task, asking), stop);
            }
            catch (Exception missed)
            {
                // They go on from what was pushed before.
                log.RunNotShared(run.Id, missed);
            }
            await share.LeaveAsync(task);
        }
    }

    /// <summary>A host's copy of a run's record is as old as its last task here: where the run has ended, it says so, and is tidied up as
    /// others are.</summary>
    private async Task RecordEndAsync(StoredRun run, CancellationToken stop)
    {
        try
        {
            var now = await engine.Runs.Get(run.Id).StatusAsync(stop);
            if (RunStates.IsFinal(now.State))
            {
                run.Copy(now);
            }
        }
        catch (Exception missed) when (missed is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // It is seen the next time, if the server knows it still.
            log.RunNotShared(run.Id, missed);
        }
    }

    private async Task LookAsync(SharedTask task, CancellationToken stop)
    {
        try
        {
            if (!await IsHereAsync(task, stop))
            {
                log.TaskLeft(task.RunId, task.TaskId);
                await _share.LeaveAsync(task);
            }
        }
        catch (Exception missed) when (missed is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // Where the server can't be asked, its agent goes on: the next time is near.
            log.RunNotShared(task.RunId, missed);
        }
    }

    private Task<bool> IsHereAsync(SharedTask task, CancellationToken stop) =>
        TaskPlacement.IsHereAsync(
            MessageJson.Speaking(engine.Client).GetWorkflowHandle<ITaskWorkflow>(RunIds.ForTask(task.RunId, task.TaskId)),
            task.Repository,
            stop
        );
}
