using System.Globalization;
using Google.Protobuf;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporal.Server.Visibility;

namespace Temporal.Server.History;

/// <summary>The database writes for one change to a run, collected from the run's state while the workflow's lock is held.</summary>
internal sealed class RunTransitionWrites
{
    private readonly RunRow _row;
    private readonly List<(long Id, byte[] Record)> _activities = [];
    private readonly List<byte[]> _buffered;
    private readonly VisibilityRecord? _visible;

    public RunTransitionWrites(MutableState run, UncommittedRunChanges changes, Func<long> nextTransferKey)
    {
        State = run;
        Changes = changes;
        if (changes.Events.Count > 0)
        {
            Batch = HistoryLog.Encode(changes.Events);
            run.Log.Append(Batch);
            run.Record.HistorySize += Batch.Bytes.Length;
        }

        run.Record.LastEventId = run.NextEventId - 1;
        run.Record.StateTransitions += IsTransition(run, changes) ? 1 : 0;
        NextDue = TimerSequence.NextDue(run);
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
            WorkflowTask = new WorkflowQueuedTask(
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
                Pinned = task.Sticky ? DeploymentVersionText.None : RunDeploymentVersions.Pinned(run),
                RunPinned = RunDeploymentVersions.Pinned(run),
                LastVersion = DeploymentVersionText.Of(run.Deployment),
                NormalQueue = run.Start.TaskQueue.Name,
                PrefersRamping = !task.Sticky && RunDeploymentVersions.PrefersRamping(run),
            };
        }

        Activities = [.. changes.DispatchActivities.Select(run.Activities.Find).OfType<PendingActivity>().Select(a => Queued(run, a))];
        if (changes.Closed)
        {
            Closed = AsClosed(run, changes.NewRunId);
        }
    }

    // As in the Temporal server, a speculative task does not count as a state transition until it is written.
    private static bool IsTransition(MutableState run, UncommittedRunChanges changes) =>
        changes.Events.Count > 0
        || changes.NewBuffered.Count > 0
        || changes.Transfers.Count > 0
        || run.Task is { Speculative: false }
        || changes.TouchedActivities.Any(id => run.Activities.Find(id) is not null);

    private static ActivityQueuedTask Queued(MutableState run, PendingActivity activity)
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
            Pinned = RunDeploymentVersions.Pinned(run),
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

    public UncommittedRunChanges Changes { get; }

    /// <summary>The queued and started tasks of the run.</summary>
    public OutstandingTaskCount Tasks { get; }

    public EventBatch? Batch { get; }

    public DateTimeOffset? NextDue { get; }

    public IReadOnlyList<(long Key, TransferTask Task)> Transfers { get; }

    /// <summary>Workflow task to queue, or null for none.</summary>
    public WorkflowQueuedTask? WorkflowTask { get; }

    /// <summary>Activities to add to task queues after the write.</summary>
    public IReadOnlyList<ActivityQueuedTask> Activities { get; }

    public ClosedRun? Closed { get; }

    private int FirstBuffered { get; }

    public void Write(SqliteConnection db, VisibilityStore visibility)
    {
        if (Changes.Created)
        {
            RunTable.Insert(db, State.Name, _row);
        }
        else
        {
            RunTable.Update(db, State.Key, _row);
        }

        if (Batch is not null)
        {
            HistoryTable.Insert(db, State.Key, Batch.First, Batch.Bytes);
        }

        if (Changes.Closed)
        {
            OpenRunStateTable.DeleteAll(db, State.Key);
        }
        else
        {
            WriteExtras(db);
        }

        foreach (var (key, task) in Transfers)
        {
            TransferTaskTable.Insert(db, key, State.Key, task);
        }

        foreach (var key in Changes.DoneTransfers)
        {
            TransferTaskTable.Delete(db, key);
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
            OpenRunStateTable.Delete(db, State.Key, OpenRunStateTable.ActivityKind, Id(id));
        }

        if (Changes.BufferFlushed)
        {
            OpenRunStateTable.DeleteKind(db, State.Key, OpenRunStateTable.BufferedKind);
        }

        foreach (var (id, record) in _activities)
        {
            OpenRunStateTable.Put(db, State.Key, OpenRunStateTable.ActivityKind, Id(id), record);
        }

        for (var i = 0; i < _buffered.Count; i++)
        {
            OpenRunStateTable.Put(db, State.Key, OpenRunStateTable.BufferedKind, Id(FirstBuffered + i), _buffered[i]);
        }

        foreach (var id in Changes.NewSignalRequestIds)
        {
            OpenRunStateTable.Put(db, State.Key, OpenRunStateTable.SignalKind, id, []);
        }
    }

    // Fixed-width hexadecimal text sorts like the numbers.
    private static string Id(long id) => id.ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Restores the state in the rows that <see cref="WriteExtras"/> wrote. The run's events must have been applied.</summary>
    public static void ReadExtras(SqliteConnection db, MutableState run)
    {
        foreach (var (kind, id, data) in OpenRunStateTable.Read(db, run.Key))
        {
            switch (kind)
            {
                case OpenRunStateTable.ActivityKind:
                    run.Activities.Restore(
                        long.Parse(id, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                        ActivityRecord.Parser.ParseFrom(data)
                    );
                    break;
                case OpenRunStateTable.BufferedKind:
                    run.RestoreBuffered(Temporalio.Api.History.V1.HistoryEvent.Parser.ParseFrom(data));
                    break;
                default:
                    run.SignalRequestIds.Add(id);
                    break;
            }
        }
    }
}
