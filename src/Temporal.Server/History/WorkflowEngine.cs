using Microsoft.Extensions.Logging;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporal.Server.Timers;

namespace Temporal.Server.History;

/// <summary>
/// What happens after a commit and by itself: tasks go to their queues, timers are set, other workflows are told, and a restarted server
/// takes up where the last one was.
/// </summary>
internal sealed class WorkflowEngine
{
    private const int RecoveryLanes = 4;

    private readonly TimerService _timers;
    private readonly DetachedWork _work;
    private readonly RunTimers _runTimers;
    private readonly TransferQueue _transfers;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, TasksInHand> _busyRuns = [];
    private readonly HashSet<long> _lostRuns = [];

    public WorkflowEngine(WorkflowStore store, TaskQueues queues, TimerService timers, NamespaceRegistry namespaces, ILogger logger)
    {
        Store = store;
        Queues = queues;
        _timers = timers;
        _work = new DetachedWork(timers, logger);
        _runTimers = new RunTimers(timers);
        Chain = new RunChain(store, namespaces);
        _transfers = new TransferQueue(store, Chain, namespaces);
        store.Committed = OnCommitted;
        store.Lost = OnLost;
        timers.SetBack += _runTimers.ElapseAll;
    }

    public WorkflowStore Store { get; }

    public TaskQueues Queues { get; }

    public RunChain Chain { get; }

    public event Action<ClosedRun>? RunClosed;

    /// <summary>Knows which workers are gone.</summary>
    public required DeadWorkers DeadWorkers { get; init; }

    /// <summary>Knows to which versions of workers tasks go.</summary>
    public required Deployments Deployments { get; init; }

    /// <summary>True if it is noted which runs have tasks, for a clock that skips.</summary>
    public bool TracksTasks { get; init; }

    /// <summary>No task is queued or started, but for so many activities. Only with <see cref="TracksTasks"/>.</summary>
    public bool IsIdle(int startedActivities)
    {
        lock (_lock)
        {
            return _busyRuns.Count == 0
                || (!_busyRuns.Values.Any(run => run.Others) && _busyRuns.Values.Sum(run => run.StartedActivities) <= startedActivities);
        }
    }

    /// <summary>Loads what must go on: tasks that wait in queues, timers, work on other workflows.</summary>
    public void Recover()
    {
        var (due, waiting, transfers) = Store.Database.Read(static db =>
            (RunTable.Due(db), RunTable.Waiting(db), TransferTaskTable.All(db))
        );
        foreach (var (run, time) in due)
        {
            SetTimer(run, DateTimeOffset.FromUnixTimeMilliseconds(time));
        }

        // A few at a time: the first calls of clients must not wait behind all of them.
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

    /// <inheritdoc cref="DetachedWork.Start"/>
    public void Detached(string workflowId, Func<Task> work) => _work.Start(workflowId, work);

    private void SetTimer(RunName run, DateTimeOffset? due) =>
        _runTimers.Set(run.Key, due, () => Detached(run.WorkflowId, () => ElapseAsync(run)));

    private void Requeue(Workflow workflow, string runId)
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
                // No worker has polled the sticky queue of this process yet.
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

    private void OnCommitted(WorkflowWrite write)
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
                    Detached(task.WorkflowId, () => Store.ChangeAsync(task.NamespaceId, task.WorkflowId, w => LeaveSticky(w, task)));
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

    /// <summary>The worker with the run in memory is not of the version that the run's tasks go to now.</summary>
    private bool Moves(WorkflowQueuedTask task) =>
        (task.RunPinned ?? Deployments.RouteOf(task.NamespaceId, task.NormalQueue, activity: false, task.WorkflowId)) != task.LastVersion;

    /// <summary>
    /// What waits in no queue because a change that took it out could not be written goes there again, once that can be written.
    /// </summary>
    private void OnLost(WorkflowWrite write)
    {
        foreach (var run in write.Runs.Select(r => r.State))
        {
            lock (_lock)
            {
                // What brings it back fails in the same way as long as nothing can be written.
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

    private void LeaveSticky(Workflow workflow, WorkflowQueuedTask task)
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

    private void NoteTasks(RunWrite run)
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

    private Task ElapseAsync(RunName name)
    {
        _runTimers.Forget(name.Key);
        return Store.ChangeAsync(
            name.NamespaceId,
            name.WorkflowId,
            workflow =>
            {
                if (Store.Find(workflow, name.RunId) is not { } run)
                {
                    return;
                }

                TimerSequence.Elapse(run);
                if (run.Changes.TimedOut)
                {
                    Chain.TimeOut(workflow, run);
                }

                if (!run.Changes.IsDirty)
                {
                    SetTimer(name, TimerSequence.NextDue(run));
                }
            }
        );
    }
}
