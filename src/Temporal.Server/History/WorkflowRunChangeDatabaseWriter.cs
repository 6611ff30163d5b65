using System.Globalization;
using Google.Protobuf;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporal.Server.Visibility;

namespace Temporal.Server.History;

/// <summary>The database writes for one change to a run, collected from the run's state while the workflow's lock is held.</summary>
internal sealed class WorkflowRunChangeDatabaseWriter
{
    private readonly RunRow _row;
    private readonly List<(long Id, byte[] Record)> _activities = [];
    private readonly List<byte[]> _buffered;
    private readonly VisibilityRecord? _visible;

    public WorkflowRunChangeDatabaseWriter(MutableState run, UnsavedWorkflowRunChanges changes, Func<long> nextTransferKey)
    {
        State = run;
        Changes = changes;
        if (changes.Events.Count > 0)
        {
            Batch = CachedEventHistory.Encode(changes.Events);
            run.Log.Append(Batch);
            run.Record.HistorySize += Batch.Bytes.Length;
        }

        run.Record.LastEventId = run.NextEventId - 1;
        run.Record.StateTransitions += IsTransition(run, changes) ? 1 : 0;
        NextDue = WorkflowTimeoutAndTimerExecutor.NextDue(run);
        _row = new RunRow(
            run.IsOpen,
            NextDue?.ToUnixTimeMilliseconds(),
            run.WaitsInQueue(),
            run.CloseTime?.ToUnixTimeMilliseconds(),
            run.Record.ToByteArray()
        );
        Tasks = OutstandingTaskCount.Of(run);
        if (run.IsOpen)
        {
            foreach (var id in changes.TouchedActivities)
            {
                if (run.Activities.Find(id) is { } activity)
                {
                    _activities.Add((id, activity.Record.ToByteArray()));
                    activity.HasRow = true;
                }
            }
        }

        _buffered = [.. changes.NewBuffered.Select(e => e.ToByteArray())];
        FirstBuffered = run.Buffered.Count - changes.NewBuffered.Count;
        _visible = changes.Visible ? VisibilityRecords.Of(run) : null;
        Transfers = [.. changes.Transfers.Select(o => (nextTransferKey(), o))];
        if (changes.DispatchWorkflowTask && run.Task is { StartedEventId: 0 } task)
        {
            WorkflowTask = new QueuedWorkflowTask(
                run.NamespaceId,
                run.WorkflowId,
                run.RunId,
                task.ScheduledEventId,
                task.Queue,
                task.Sticky,
                run.Priority?.PriorityKey ?? 0
            )
            {
                FairnessKey = run.Priority?.FairnessKey ?? "",
                FairnessWeight = run.Priority?.FairnessWeight ?? 0,
                Pinned = task.Sticky ? DeploymentVersionText.None : WorkflowDeploymentVersionResolver.Pinned(run),
                RunPinned = WorkflowDeploymentVersionResolver.Pinned(run),
                LastVersion = DeploymentVersionText.Of(run.Deployment),
                NormalQueue = run.Start.TaskQueue.Name,
                PrefersRamping = !task.Sticky && WorkflowDeploymentVersionResolver.PrefersRamping(run),
            };
        }

        Activities = [.. changes.DispatchActivities.Select(run.Activities.Find).OfType<PendingActivity>().Select(a => Queued(run, a))];
        if (changes.Closed)
        {
            Closed = AsClosed(run, changes.NewRunId);
        }
    }

    // As in the Temporal server, a speculative task does not count as a state transition until it is written.
    private static bool IsTransition(MutableState run, UnsavedWorkflowRunChanges changes) =>
        changes.Events.Count > 0
        || changes.NewBuffered.Count > 0
        || changes.Transfers.Count > 0
        || run.Task is { Speculative: false }
        || changes.TouchedActivities.Any(id => run.Activities.Find(id) is not null);

    private static QueuedActivityTask Queued(MutableState run, PendingActivity activity)
    {
        var priority = PriorityInheritance.Inherit(activity.Priority, run.Priority);
        return new(
            run.NamespaceId,
            run.WorkflowId,
            run.RunId,
            activity.ScheduledEventId,
            activity.Record.Stamp,
            activity.TaskQueue,
            priority?.PriorityKey ?? 0
        )
        {
            Pinned = WorkflowDeploymentVersionResolver.Pinned(run),
            FairnessKey = priority?.FairnessKey ?? "",
            FairnessWeight = priority?.FairnessWeight ?? 0,
        };
    }

    private static ClosedRun AsClosed(MutableState run, string newRunId) =>
        new(
            run.NamespaceId,
            run.WorkflowId,
            run.RunId,
            run.FirstRunId,
            newRunId,
            run.Status,
            run.CloseEvent?.WorkflowExecutionCompletedEventAttributes?.Result,
            run.CloseEvent?.WorkflowExecutionFailedEventAttributes?.Failure
        );

    public MutableState State { get; }

    public UnsavedWorkflowRunChanges Changes { get; }

    /// <summary>The queued and started tasks of the run.</summary>
    public OutstandingTaskCount Tasks { get; }

    public EventBatch? Batch { get; }

    public DateTimeOffset? NextDue { get; }

    public IReadOnlyList<(long Key, TransferTask Task)> Transfers { get; }

    /// <summary>Workflow task to queue, or null for none.</summary>
    public QueuedWorkflowTask? WorkflowTask { get; }

    /// <summary>Activities to add to task queues after the write.</summary>
    public IReadOnlyList<QueuedActivityTask> Activities { get; }

    public ClosedRun? Closed { get; }

    private int FirstBuffered { get; }

    public void Write(SqliteConnection db, VisibilityStore visibility)
    {
        if (Changes.Created)
        {
            WorkflowRunSqlTable.Insert(db, State.Name, _row);
        }
        else
        {
            WorkflowRunSqlTable.Update(db, State.Key, _row);
        }

        if (Batch is not null)
        {
            EventHistorySqlTable.Insert(db, State.Key, Batch.First, Batch.Bytes);
        }

        if (Changes.Closed)
        {
            OpenWorkflowStateSqlTable.DeleteAll(db, State.Key);
        }
        else
        {
            WriteExtras(db);
        }

        foreach (var (key, task) in Transfers)
        {
            TransferTaskSqlTable.Insert(db, key, State.Key, task);
        }

        foreach (var key in Changes.DoneTransfers)
        {
            TransferTaskSqlTable.Delete(db, key);
        }

        if (_visible is not null)
        {
            visibility.Write(db, _visible);
        }
    }

    private void WriteExtras(SqliteConnection db)
    {
        foreach (var id in Changes.RemovedActivities)
        {
            OpenWorkflowStateSqlTable.Delete(db, State.Key, OpenWorkflowStateSqlTable.ActivityKind, Id(id));
        }

        if (Changes.BufferFlushed)
        {
            OpenWorkflowStateSqlTable.DeleteKind(db, State.Key, OpenWorkflowStateSqlTable.BufferedKind);
        }

        foreach (var (id, record) in _activities)
        {
            OpenWorkflowStateSqlTable.Put(db, State.Key, OpenWorkflowStateSqlTable.ActivityKind, Id(id), record);
        }

        for (var i = 0; i < _buffered.Count; i++)
        {
            OpenWorkflowStateSqlTable.Put(db, State.Key, OpenWorkflowStateSqlTable.BufferedKind, Id(FirstBuffered + i), _buffered[i]);
        }

        foreach (var id in Changes.NewSignalRequestIds)
        {
            OpenWorkflowStateSqlTable.Put(db, State.Key, OpenWorkflowStateSqlTable.SignalKind, id, []);
        }
    }

    // Fixed-width hexadecimal text sorts like the numbers.
    private static string Id(long id) => id.ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>
    /// Restores the state from the rows that <see cref="WriteExtras"/> wrote. The run's events must already have been applied.
    /// </summary>
    public static void ReadExtras(SqliteConnection db, MutableState run)
    {
        foreach (var (kind, id, data) in OpenWorkflowStateSqlTable.Read(db, run.Key))
        {
            switch (kind)
            {
                case OpenWorkflowStateSqlTable.ActivityKind:
                    run.Activities.Restore(
                        long.Parse(id, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                        ActivityRecord.Parser.ParseFrom(data)
                    );
                    break;
                case OpenWorkflowStateSqlTable.BufferedKind:
                    run.RestoreBuffered(Temporalio.Api.History.V1.HistoryEvent.Parser.ParseFrom(data));
                    break;
                default:
                    run.SignalRequestIds.Add(id);
                    break;
            }
        }
    }
}
