using System.Globalization;
using Google.Protobuf;
using Temporal.Server.Matching;
using Temporal.Server.Storage;

namespace Temporal.Server.History;

/// <summary>What one transition of a workflow writes.</summary>
internal sealed class WorkflowWrite(Workflow workflow, IVisibilityStore visibility, Action<WorkflowWrite> committed, Action<WorkflowWrite, Exception> failed) : WriteItem
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Workflow Workflow { get; } = workflow;

    public List<RunWrite> Runs { get; } = [];

    /// <summary>Those who wait for new events of the workflow.</summary>
    public required TaskCompletionSource Changed { get; init; }

    /// <summary>The run that is current from now on; null for no change.</summary>
    public Run? NewCurrent { get; set; }

    public Task Done => _done.Task;

    public override bool Doomed => Workflow.Doomed;

    public override void Write(SqliteConnection db)
    {
        foreach (var run in Runs)
        {
            run.Write(db, visibility);
        }

        if (NewCurrent is { } current)
        {
            using var statement = db.Prepare("INSERT OR REPLACE INTO current_runs(namespace, workflow_id, run_key) VALUES(?, ?, ?)");
            statement.Bind(current.NamespaceId).Bind(current.WorkflowId).Bind(current.Key).Run();
        }
    }

    public override void Committed()
    {
        committed(this);
        _done.SetResult();
    }

    public override void Failed(Exception exception)
    {
        failed(this, exception);
        _done.SetException(Frontend.RpcErrors.Unavailable("the change could not be made durable: " + exception.Message, exception));
        _ = _done.Task.Exception;
    }
}

/// <summary>What a transition writes of one run, taken from its state while the lock is held.</summary>
internal sealed class RunWrite
{
    public const int ActivityKind = 1;
    public const int BufferedKind = 2;
    public const int SignalKind = 3;
    public const int HistoryKeyShift = 20;

    private readonly byte[] _record;
    private readonly bool _open;
    private readonly long? _due;
    private readonly bool _dispatch;
    private readonly DateTimeOffset? _closed;
    private readonly List<(long Id, byte[] Record)> _activities = [];
    private readonly List<byte[]> _buffered;
    private readonly VisibilityRecord? _visible;

    public RunWrite(Run run, RunChanges changes, Func<long> nextOutboxKey)
    {
        Run = run;
        Changes = changes;
        if (changes.Events.Count > 0)
        {
            Batch = HistoryLog.Encode(changes.Events);
            run.Log.Append(Batch);
            run.Record.HistorySize += Batch.Bytes.Length;
        }

        run.Record.LastEventId = run.NextEventId - 1;
        run.Record.StateTransitions += IsTransition(run, changes) ? 1 : 0;
        _record = run.Record.ToByteArray();
        _open = run.IsOpen;
        NextDue = run.NextDue();
        _due = NextDue?.ToUnixTimeMilliseconds();
        _dispatch = run.WaitsInQueue();
        Tasks = TasksInHand.Of(run);
        _closed = run.CloseTime;
        if (run.IsOpen)
        {
            foreach (var id in changes.TouchedActivities)
            {
                if (run.Activities.TryGetValue(id, out var activity))
                {
                    _activities.Add((id, activity.Record.ToByteArray()));
                    activity.HasRow = true;
                }
            }
        }

        _buffered = [.. changes.NewBuffered.Select(e => e.ToByteArray())];
        FirstBuffered = run.Buffered.Count - changes.NewBuffered.Count;
        _visible = changes.Visible ? run.Visible() : null;
        Outbox = [.. changes.Outbox.Select(o => (nextOutboxKey(), o))];
        if (changes.DispatchWorkflowTask && run.Task is { StartedEventId: 0 } task)
        {
            WorkflowTask = new WorkflowQueuedTask(run.NamespaceId, run.WorkflowId, run.RunId, task.ScheduledEventId, task.Queue, task.Sticky, run.Start.Priority?.PriorityKey ?? 0);
        }

        Activities = [.. changes.DispatchActivities.Where(run.Activities.ContainsKey).Select(id => run.Activities[id]).Select(a => run.Queued(a))];
        if (changes.Closed)
        {
            Closed = run.AsClosed(changes.NewRunId);
        }
    }

    // As on the real server, a speculative task is no change of the run until it is written.
    private static bool IsTransition(Run run, RunChanges changes) =>
        changes.Events.Count > 0 || changes.NewBuffered.Count > 0 || changes.Outbox.Count > 0 || run.Task is { Speculative: false } || changes.TouchedActivities.Any(run.Activities.ContainsKey);

    public Run Run { get; }

    public RunChanges Changes { get; }

    /// <summary>What of the run is queued or started.</summary>
    public TasksInHand Tasks { get; }

    public EventBatch? Batch { get; }

    public DateTimeOffset? NextDue { get; }

    public IReadOnlyList<(long Key, OutboxRecord Record)> Outbox { get; }

    /// <summary>The workflow task to be handed to its queue.</summary>
    public WorkflowQueuedTask? WorkflowTask { get; }

    /// <summary>The activities to be handed to their queues.</summary>
    public IReadOnlyList<ActivityQueuedTask> Activities { get; }

    public ClosedRun? Closed { get; }

    private int FirstBuffered { get; }

    public static long HistoryKey(long runKey, long eventId) => (runKey << HistoryKeyShift) | eventId;

    public void Write(SqliteConnection db, IVisibilityStore visibility)
    {
        WriteRun(db);
        if (Batch is not null)
        {
            using var insert = db.Prepare("INSERT INTO history(key, events) VALUES(?, ?)");
            insert.Bind(HistoryKey(Run.Key, Batch.First)).Bind(Batch.Bytes.AsSpan()).Run();
        }

        if (Changes.Closed)
        {
            using var delete = db.Prepare("DELETE FROM extras WHERE run_key = ?");
            delete.Bind(Run.Key).Run();
        }
        else
        {
            WriteExtras(db);
        }

        foreach (var (key, record) in Outbox)
        {
            using var insert = db.Prepare("INSERT INTO outbox(key, run_key, data) VALUES(?, ?, ?)");
            insert.Bind(key).Bind(Run.Key).Bind(record.ToByteArray().AsSpan()).Run();
        }

        foreach (var key in Changes.DoneOutbox)
        {
            using var delete = db.Prepare("DELETE FROM outbox WHERE key = ?");
            delete.Bind(key).Run();
        }

        if (_visible is not null)
        {
            visibility.Write(db, _visible);
        }
    }

    private void WriteRun(SqliteConnection db)
    {
        if (Changes.Created)
        {
            using var insert = db.Prepare("INSERT INTO runs(key, namespace, workflow_id, run_id, open, next_due, dispatch, closed_at, state) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
            insert.Bind(Run.Key).Bind(Run.NamespaceId).Bind(Run.WorkflowId).Bind(Run.RunId)
                .Bind(_open ? 1L : 0L).Bind(_due).Bind(_dispatch ? 1L : 0L).Bind(_closed?.ToUnixTimeMilliseconds()).Bind(_record.AsSpan()).Run();
        }
        else
        {
            using var update = db.Prepare("UPDATE runs SET open = ?, next_due = ?, dispatch = ?, closed_at = ?, state = ? WHERE key = ?");
            update.Bind(_open ? 1L : 0L).Bind(_due).Bind(_dispatch ? 1L : 0L).Bind(_closed?.ToUnixTimeMilliseconds()).Bind(_record.AsSpan()).Bind(Run.Key).Run();
        }
    }

    private void WriteExtras(SqliteConnection db)
    {
        foreach (var id in Changes.RemovedActivities)
        {
            using var delete = db.Prepare("DELETE FROM extras WHERE run_key = ? AND kind = ? AND id = ?");
            delete.Bind(Run.Key).Bind((long)ActivityKind).Bind(Id(id)).Run();
        }

        if (Changes.BufferFlushed)
        {
            using var delete = db.Prepare("DELETE FROM extras WHERE run_key = ? AND kind = ?");
            delete.Bind(Run.Key).Bind((long)BufferedKind).Run();
        }

        foreach (var (id, record) in _activities)
        {
            Put(db, ActivityKind, Id(id), record);
        }

        for (var i = 0; i < _buffered.Count; i++)
        {
            Put(db, BufferedKind, Id(FirstBuffered + i), _buffered[i]);
        }

        foreach (var id in Changes.NewSignalRequestIds)
        {
            Put(db, SignalKind, id, []);
        }
    }

    private void Put(SqliteConnection db, int kind, string id, ReadOnlySpan<byte> data)
    {
        using var put = db.Prepare("INSERT OR REPLACE INTO extras(run_key, kind, id, data) VALUES(?, ?, ?, ?)");
        put.Bind(Run.Key).Bind((long)kind).Bind(id).Bind(data).Run();
    }

    // Texts that sort as the numbers do.
    private static string Id(long id) => id.ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="WriteExtras"/> wrote back into a run whose events are applied.</summary>
    public static void ReadExtras(SqliteConnection db, Run run)
    {
        using var rows = db.Prepare("SELECT kind, id, data FROM extras WHERE run_key = ? ORDER BY kind, id");
        rows.Bind(run.Key);
        while (rows.Step())
        {
            switch ((int)rows.Integer(0))
            {
                case ActivityKind:
                    run.RestoreActivity(long.Parse(rows.Text(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture), ActivityRecord.Parser.ParseFrom(rows.Blob(2)));
                    break;
                case BufferedKind:
                    run.RestoreBuffered(Temporalio.Api.History.V1.HistoryEvent.Parser.ParseFrom(rows.Blob(2)));
                    break;
                default:
                    run.SignalRequestIds.Add(rows.Text(1));
                    break;
            }
        }
    }
}
