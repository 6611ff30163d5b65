using Microsoft.Extensions.Logging;
using Orchestrator.Runs.Tasks.Transfer;

namespace Orchestrator.App.Background;

/// <summary>Ends the agents of tasks that were assigned to this host and are now assigned to another host.</summary>
/// <param name="engine">Engine of the runs. It is queried for the current host of a task.</param>
/// <param name="remotes">Names or URLs of the common git remotes, by the path of the repository.</param>
/// <param name="repositories">Repositories of this worker, each with the reference that its runs use.</param>
/// <param name="context">Provides the clock and services.</param>
/// <param name="log">Receives errors and entries for ended agents.</param>
internal sealed class ReassignedTaskWatcher(
    EngineConnection engine,
    IReadOnlyDictionary<string, string> remotes,
    IReadOnlyList<(LocalRepositoryPaths Location, RepositoryReference Reference)> repositories,
    UseCaseServiceBundle context,
    ILogger log
) : PeriodicSharedRunWorkBase("placed tasks", repositories, context.Time, log)
{
    /// <summary>Interval at which the local records of other hosts' runs are compared with the server.</summary>
    private static readonly TimeSpan RecordsEvery = TimeSpan.FromMinutes(1);

    private readonly GitRemoteTaskStateExchanger _share = new(context.Services, remote: null);
    private readonly SlotHolderRecords _held = SlotHolderRecords.Of(context.Services);
    private readonly BackgroundJobRateLimiter _pace = new(context.Time);

    /// <inheritdoc/>
    protected override TimeSpan? IntervalOf(StoredRun run, RepositoryReference reference) =>
        IsOfOther(run, reference) ? TimeSpan.Zero : null;

    /// <inheritdoc/>
    protected override async Task<string> ProcessRunAsync(StoredRun run, RepositoryReference reference, CancellationToken stop)
    {
        if (!RunStateNames.IsFinal(run.Status.State) && _pace.TryBegin(run.Id, RecordsEvery))
        {
            await TryAsync($"{run.Id}/", () => RecordEndAsync(run, stop), stop);
        }
        var left = _held.FindLeft(run.Id, reference).ToDictionary(task => $"{run.Id}/{task.TaskId}");
        var record = RunStateNames.IsFinal(run.Status.State) ? "" : $"{run.Id}/";
        ClearRemovedItems(item => !item.StartsWith($"{run.Id}/", StringComparison.Ordinal) || item == record || left.ContainsKey(item));
        foreach (var (name, task) in left)
        {
            await TryAsync(name, () => EndLeftAsync(task, stop), stop);
        }
        return "";
    }

    // If the server can't be queried, the task's agent continues.
    private async Task<string> EndLeftAsync(LocalRepositoryTaskReference task, CancellationToken stop)
    {
        if (!await IsHereAsync(task, stop))
        {
            Logger.TaskLeft(task.RunId, task.TaskId);
            await _share.RemoveAssignmentAsync(task);
        }
        return "";
    }

    /// <summary>
    /// Pushes the state of the tasks that are assigned to this host, and ends their agents. Called after the worker has stopped. The tasks
    /// continue on other hosts with the pushed state.
    /// </summary>
    /// <param name="stop">Cancels the pushes.</param>
    public async Task EndAsync(CancellationToken stop)
    {
        foreach (var (run, reference) in List())
        {
            var share = new GitRemoteTaskStateExchanger(context.Services, remotes.GetValueOrDefault(reference.Path));
            foreach (var task in HostTaskAssignmentStore.Find(run.Id, reference))
            {
                try
                {
                    await share.PushIfPlacedAsync(task, asking => IsHereAsync(task, asking), stop);
                }
                catch (Exception missed)
                {
                    // The task continues with the state of its previous push.
                    Logger.RunNotShared(run.Id, missed);
                }
                await share.RemoveAssignmentAsync(task);
            }
        }
    }

    /// <summary>
    /// Copies the final status of another host's run to the local record. Without the copy, the record would keep an old status, and the
    /// run would never be cleaned up.
    /// </summary>
    private async Task<string> RecordEndAsync(StoredRun run, CancellationToken stop)
    {
        var now = await engine.Runs.Get(run.Id).StatusAsync(stop);
        if (RunStateNames.IsFinal(now.State))
        {
            run.Copy(now);
        }
        return "";
    }

    private Task<bool> IsHereAsync(LocalRepositoryTaskReference task, CancellationToken stop) =>
        TaskOnThisHostChecker.IsHereAsync(
            PayloadJsonOptions.Speaking(engine.Client).GetWorkflowHandle<ITaskWorkflow>(RunIds.ForTask(task.RunId, task.TaskId)),
            task.Repository,
            stop
        );
}
