using Microsoft.Extensions.Logging;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks.Moving;

namespace Orchestrator.App.Background;

/// <summary>Ends agents of tasks that were placed on this host by a worker before, and that another host has by now.</summary>
/// <param name="engine">The server of the runs: it says where a task is.</param>
/// <param name="remotes">The git remotes that machines share, by the paths of repositories.</param>
/// <param name="repositories">Repositories of this worker, as runs name them.</param>
/// <param name="context">Clock and services.</param>
/// <param name="log">Receives errors, and agents that were ended.</param>
internal sealed class PlacedTaskWatch(
    EngineConnection engine,
    IReadOnlyDictionary<string, string> remotes,
    IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> repositories,
    UseCaseContext context,
    ILogger log
) : SharedRunUnit("placed tasks", repositories, context.Time, log)
{
    /// <summary>So often the record of a run of another machine is compared with the server.</summary>
    private static readonly TimeSpan RecordsEvery = TimeSpan.FromMinutes(1);

    private readonly TaskShare _share = new(context.Services, remote: null);
    private readonly HeldPlaces _held = HeldPlaces.Of(context.Services);
    private readonly Pace _pace = new(context.Time);

    /// <inheritdoc/>
    protected override TimeSpan? IntervalOf(StoredRun run, RepositoryReference reference) =>
        IsOfOther(run, reference) ? TimeSpan.Zero : null;

    /// <inheritdoc/>
    protected override async Task<string> ActAsync(StoredRun run, RepositoryReference reference, CancellationToken stop)
    {
        if (!RunStates.IsFinal(run.Status.State) && _pace.TryBegin(run.Id, RecordsEvery))
        {
            await TryAsync($"{run.Id}/", () => RecordEndAsync(run, stop), stop);
        }
        var left = _held.FindLeft(run.Id, reference).ToDictionary(task => $"{run.Id}/{task.TaskId}");
        var record = RunStates.IsFinal(run.Status.State) ? "" : $"{run.Id}/";
        ForgetItems(item => !item.StartsWith($"{run.Id}/", StringComparison.Ordinal) || item == record || left.ContainsKey(item));
        foreach (var (name, task) in left)
        {
            await TryAsync(name, () => EndLeftAsync(task, stop), stop);
        }
        return "";
    }

    // Where the server can't be asked, the task's agent continues.
    private async Task<string> EndLeftAsync(SharedTask task, CancellationToken stop)
    {
        if (!await IsHereAsync(task, stop))
        {
            Logger.TaskLeft(task.RunId, task.TaskId);
            await _share.LeaveAsync(task);
        }
        return "";
    }

    /// <summary>Ends agents of tasks that were placed here, after the worker has ended: their tasks continue on other hosts, with what
    /// is pushed now.</summary>
    /// <param name="stop">Ends the pushes.</param>
    public async Task EndAsync(CancellationToken stop)
    {
        foreach (var (run, reference) in List())
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
                    // They continue from what was pushed before.
                    Logger.RunNotShared(run.Id, missed);
                }
                await share.LeaveAsync(task);
            }
        }
    }

    /// <summary>A host's copy of a run's record is as old as its last task here: where the run has ended, it says so, and is tidied up as
    /// others are.</summary>
    private async Task<string> RecordEndAsync(StoredRun run, CancellationToken stop)
    {
        var now = await engine.Runs.Get(run.Id).StatusAsync(stop);
        if (RunStates.IsFinal(now.State))
        {
            run.Copy(now);
        }
        return "";
    }

    private Task<bool> IsHereAsync(SharedTask task, CancellationToken stop) =>
        TaskPlacement.IsHereAsync(
            MessageJson.Speaking(engine.Client).GetWorkflowHandle<ITaskWorkflow>(RunIds.ForTask(task.RunId, task.TaskId)),
            task.Repository,
            stop
        );
}
