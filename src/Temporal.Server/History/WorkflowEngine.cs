using Microsoft.Extensions.Logging;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporal.Server.Timers;

namespace Temporal.Server.History;

/// <summary>
/// Performs the work that follows commits: queues tasks, sets timers, and notifies other workflows. Also recovers pending work after a
/// restart of the server.
/// </summary>
internal sealed class WorkflowEngine
{
    private const int RecoveryLanes = 4;

    private readonly TimerService _timers;
    private readonly EngineBackgroundWorkRunner _work;
    private readonly WorkflowWakeUpTimerRegistry _runTimers;
    private readonly TransferTaskExecutor _transfers;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, OutstandingTaskCount> _busyRuns = [];
    private readonly HashSet<long> _lostRuns = [];

    public WorkflowEngine(
        WorkflowStore store,
        TaskQueueRegistry queues,
        ServerToWorkerCommandDispatcher commands,
        TimerService timers,
        NamespaceRegistry namespaces,
        ILogger logger
    )
    {
        Store = store;
        Queues = queues;
        _timers = timers;
        _work = new EngineBackgroundWorkRunner(timers, logger);
        _runTimers = new WorkflowWakeUpTimerRegistry(timers);
        Chain = new RunSuccessorStarter(store, namespaces);
        _transfers = new TransferTaskExecutor(store, Chain, namespaces, commands);
        store.Committed = OnCommitted;
        store.Lost = OnLost;
        timers.SetBack += _runTimers.TriggerAll;
    }

    public WorkflowStore Store { get; }

    public TaskQueueRegistry Queues { get; }

    public RunSuccessorStarter Chain { get; }

    public event Action<ClosedRun>? RunClosed;

    /// <summary>Detects dead workers.</summary>
    public required DeadWorkerDetector DeadWorkers { get; init; }

    /// <summary>Worker deployments and the routing of tasks to their versions.</summary>
    public required WorkerDeploymentRegistry Deployments { get; init; }

    /// <summary>True to track which runs have outstanding tasks, as time skipping requires.</summary>
    public bool TracksTasks { get; init; }

    /// <summary>
    /// True if no task is queued or started, apart from at most the specified number of started activities. Requires
    /// <see cref="TracksTasks"/>.
    /// </summary>
    public bool IsIdle(int startedActivities)
    {
        lock (_lock)
        {
            return _busyRuns.Count == 0
                || (!_busyRuns.Values.Any(run => run.Others) && _busyRuns.Values.Sum(run => run.StartedActivities) <= startedActivities);
        }
    }

    /// <summary>Recovers unfinished work: queued tasks, timers and transfer tasks.</summary>
    public void Recover()
    {
        var (due, waiting, transfers) = Store.Database.Read(static db =>
            (WorkflowRunSqlTable.Due(db), WorkflowRunSqlTable.Waiting(db), TransferTaskSqlTable.All(db))
        );
        foreach (var (run, time) in due)
        {
            SetTimer(run, DateTimeOffset.FromUnixTimeMilliseconds(time));
        }

        // In small groups, so that the first client calls need not wait for all of them.
        if (waiting.Count > 0)
        {
            var lanes = new ParallelOptions { MaxDegreeOfParallelism = RecoveryLanes };
            Detached(
                "",
                () =>
                    Parallel.ForEachAsync(
                        waiting,
                        lanes,
                        (row, _) =>
                            new ValueTask(
                                _work.RunAsync(
                                    row.WorkflowId,
                                    () => Store.ChangeAsync(row.NamespaceId, row.WorkflowId, w => Requeue(w, row.RunId))
                                )
                            )
                    )
            );
        }

        foreach (var (key, task) in transfers)
        {
            Detached(task.WorkflowId, () => _transfers.RunAsync(key, task));
        }
    }

    /// <inheritdoc cref="EngineBackgroundWorkRunner.Start"/>
    public void Detached(string workflowId, Func<Task> work) => _work.Start(workflowId, work);

    private void SetTimer(RunIdentity run, DateTimeOffset? due) =>
        _runTimers.Set(run.Key, due, () => Detached(run.WorkflowId, () => ElapseAsync(run)));

    private void Requeue(SingleWorkflowRunCache workflow, string runId)
    {
        if (Store.Find(workflow, runId) is not { IsOpen: true } run)
        {
            return;
        }

        if (run.Task is { StartedEventId: > 0 } started && DeadWorkers.IsGone(started.Identity))
        {
            run.WorkflowTask.TimeOut(Temporalio.Api.Enums.V1.TimeoutType.StartToClose);
        }
        else if (run.Task is { StartedEventId: 0 } task)
        {
            if (task.Sticky)
            {
                // No worker has polled a sticky queue in this process yet.
                run.WorkflowTask.ClearSticky();
            }

            run.Changes.DispatchWorkflowTask = true;
        }

        foreach (
            var activity in run.Activities.All.Where(a => !a.IsStarted && !a.Record.Paused && !a.Record.WaitsForRetry && !a.Record.Held)
        )
        {
            ActivityTransitions.Dispatch(run, activity);
        }
    }

    private void OnCommitted(WorkflowDatabaseWriteOperation write)
    {
        using var counted = TracksTasks ? _timers.BeginWork() : null;
        foreach (var run in write.Runs)
        {
            if (TracksTasks)
            {
                NoteTasks(run);
            }

            SetTimer(run.State.Name, run.NextDue);
            if (run.WorkflowTask is { } task)
            {
                if (task.Sticky && (!Queues.StickyWorkerLives(task.NamespaceId, task.Queue) || Moves(task)))
                {
                    Detached(task.WorkflowId, () => Store.ChangeAsync(task.NamespaceId, task.WorkflowId, w => ClearStickyQueue(w, task)));
                }
                else
                {
                    Queues.Add(task);
                }
            }

            foreach (var activity in run.Activities)
            {
                Queues.Add(activity);
            }

            foreach (var (key, transfer) in run.Transfers)
            {
                Detached(transfer.WorkflowId, () => _transfers.RunAsync(key, transfer));
            }

            foreach (var (update, progress) in run.Changes.Updates)
            {
                update.Publish(progress);
            }

            if (run.Closed is { } closed && RunClosed is { } told)
            {
                Detached(
                    closed.WorkflowId,
                    () =>
                    {
                        told(closed);
                        return Task.CompletedTask;
                    }
                );
            }
        }
    }

    /// <summary>True if the run's tasks are now routed to a version other than that of the worker that has the run cached.</summary>
    private bool Moves(QueuedWorkflowTask task) =>
        (task.RunPinned ?? Deployments.RouteOf(task.NamespaceId, task.NormalQueue, activity: false, task.WorkflowId)) != task.LastVersion;

    /// <summary>
    /// Requeues tasks that were taken from their queue by a change whose write then failed. The tasks are requeued as soon as writing is
    /// possible again.
    /// </summary>
    private void OnLost(WorkflowDatabaseWriteOperation write)
    {
        foreach (var run in write.Runs.Select(r => r.State))
        {
            lock (_lock)
            {
                // Requeueing fails in the same way, and ends up here again, as long as nothing can be written.
                if (!_lostRuns.Add(run.Key))
                {
                    continue;
                }
            }

            Detached(
                run.WorkflowId,
                async () =>
                {
                    await Store.ChangeAsync(run.NamespaceId, run.WorkflowId, w => Requeue(w, run.RunId));
                    lock (_lock)
                    {
                        _lostRuns.Remove(run.Key);
                    }
                }
            );
        }
    }

    private void ClearStickyQueue(SingleWorkflowRunCache workflow, QueuedWorkflowTask task)
    {
        if (
            Store.Find(workflow, task.RunId) is { IsOpen: true } run
            && run.Task is { StartedEventId: 0, Sticky: true } pending
            && pending.ScheduledEventId == task.ScheduledEventId
        )
        {
            run.WorkflowTask.ClearSticky();
            run.Changes.DispatchWorkflowTask = true;
        }
    }

    private void NoteTasks(WorkflowRunChangeDatabaseWriter run)
    {
        lock (_lock)
        {
            if (run.Tasks == default)
            {
                _busyRuns.Remove(run.State.Key);
            }
            else
            {
                _busyRuns[run.State.Key] = run.Tasks;
            }
        }
    }

    private Task ElapseAsync(RunIdentity name)
    {
        _runTimers.RemoveTimer(name.Key);
        return Store.ChangeAsync(
            name.NamespaceId,
            name.WorkflowId,
            workflow =>
            {
                if (Store.Find(workflow, name.RunId) is not { } run)
                {
                    return;
                }

                WorkflowTimeoutAndTimerExecutor.ApplyDueChanges(run);
                if (run.Changes.TimedOut)
                {
                    Chain.TimeOut(workflow, run);
                }

                if (!run.Changes.IsDirty)
                {
                    SetTimer(name, WorkflowTimeoutAndTimerExecutor.NextDue(run));
                }
            }
        );
    }
}
