using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.Workflow.V1;

namespace Temporal.Server.History;

/// <summary>
/// The state of one run: the fold of its events (<see cref="Apply"/>) plus <see cref="Record"/> and the records of its activities, which no
/// event tells. Changes gather in <see cref="Changes"/> until they are committed. Guarded by the lock of its workflow.
/// </summary>
internal sealed class MutableState
{
    private readonly TimeProvider _time;

    public MutableState(long key, string namespaceId, string workflowId, string runId, TimeProvider time, AwakeTime? awake = null)
    {
        _time = time;
        Key = key;
        NamespaceId = namespaceId;
        WorkflowId = workflowId;
        RunId = runId;
        Awake = awake ?? new AwakeTime(time);
        Activities = new PendingActivities(Awake);
        WorkflowTask = new WorkflowTaskStateMachine(this, Awake);
    }

    public long Key { get; }

    /// <summary>The names by which its rows are found.</summary>
    public RunName Name => new(Key, NamespaceId, WorkflowId, RunId);

    public string NamespaceId { get; }

    public string WorkflowId { get; }

    public string RunId { get; }

    /// <summary>The stored record of the run beside its history.</summary>
    public RunRecord Record { get; private set; } = new() { NextAttempt = 1 };

    public WorkflowExecutionStartedEventAttributes Start { get; private set; } = null!;

    /// <summary>The priority of the run's tasks, as it was started with or last changed to; null for none.</summary>
    public Priority? Priority { get; private set; }

    public UserMetadata? UserMetadata { get; private set; }

    public DateTimeOffset StartTime { get; private set; }

    public DateTimeOffset LastEventTime { get; private set; }

    public DateTimeOffset? CloseTime { get; private set; }

    public WorkflowExecutionStatus Status { get; private set; } = WorkflowExecutionStatus.Running;

    public bool IsOpen => Status is WorkflowExecutionStatus.Running or WorkflowExecutionStatus.Paused;

    public bool IsPaused => Status == WorkflowExecutionStatus.Paused;

    /// <summary>The one who paused the run, when and why; null while it is not, and kept where the run ended meanwhile.</summary>
    public WorkflowExecutionPauseInfo? PauseInfo { get; private set; }

    /// <summary>The request that paused the run last; empty for none.</summary>
    public string PauseRequestId { get; private set; } = "";

    public long NextEventId { get; private set; } = 1;

    public PendingActivities Activities { get; }

    public Dictionary<string, PendingTimer> Timers { get; } = [];

    public PendingChildren Children { get; } = new();

    public ExternalRequests Externals { get; } = new();

    public BufferedEvents Buffered { get; } = new();

    public HashSet<string> SignalRequestIds { get; } = [];

    public Memo Memo { get; private set; } = new();

    public SearchAttributes SearchAttributes { get; private set; } = new();

    public bool CancelRequested { get; private set; }

    /// <summary>Started event of the last completed workflow task; 0 before.</summary>
    public long PreviousStartedEventId { get; private set; }

    public long LastCompletedTaskEventId { get; private set; }

    /// <summary>The build of the worker of the last completed workflow task; null if it named none.</summary>
    public WorkerVersionStamp? WorkerVersion { get; private set; }

    /// <summary>The deployment that worker belongs to; empty for none.</summary>
    public string DeploymentName { get; private set; } = "";

    /// <summary>The way in which the run moves between versions, according to the worker of the last completed workflow task.</summary>
    public VersioningBehavior Behavior { get; private set; }

    /// <summary>The version of that worker; null for none.</summary>
    public WorkerDeploymentVersion? Deployment { get; private set; }

    public long SignalCount { get; private set; }

    /// <summary>Updates accepted or completed by events: id to the events' ids.</summary>
    public Dictionary<string, (long Accepted, long Completed)> Updates { get; } = [];

    /// <summary>Updates that a reset took over and no worker has answered yet; unlike others, events tell of them.</summary>
    public OrderedDictionary<string, Request> AdmittedUpdates { get; } = [];

    /// <summary>
    /// Activities that a worker of another version asked for: they go to it once a workflow task has moved the run there. Kept in memory
    /// alone, as what waits in queues is.
    /// </summary>
    public HashSet<long> WaitForMove { get; } = [];

    public RunChanges Changes { get; private set; } = new();

    public HistoryLog Log { get; } = new();

    public string FirstRunId => Start.FirstExecutionRunId;

    /// <summary>Schedules, starts and ends <see cref="Task"/>.</summary>
    public WorkflowTaskStateMachine WorkflowTask { get; }

    /// <summary>The workflow task that is scheduled or started; null for none.</summary>
    public WorkflowTaskRecord? Task => Record.WorkflowTask;

    public bool HasStartedTask => Task is { StartedEventId: > 0 };

    /// <summary>From how many events on a worker is told to continue as new.</summary>
    public int SuggestContinueAsNewAfter { get; init; } = TemporalServerOptions.UsualSuggestContinueAsNewAfter;

    /// <summary>The time in which attempts are measured.</summary>
    public AwakeTime Awake { get; }

    /// <summary>The clock as it is; it may have been set back.</summary>
    public DateTimeOffset WallClock => _time.GetUtcNow();

    /// <summary>The clock, never behind the last event.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var now = WallClock;
            return now > LastEventTime ? now : LastEventTime;
        }
    }

    public DateTimeOffset? RunExpiration =>
        Start.WorkflowRunTimeout.IsPositive() ? StartTime + Start.FirstWorkflowTaskBackoff.Span() + Start.WorkflowRunTimeout.Span() : null;

    /// <summary>When the time of the run is up: its own limit or that of the chain.</summary>
    public DateTimeOffset? Expiration => ProtoTime.Earlier(RunExpiration, Start.WorkflowExecutionExpirationTime?.Time());

    public DateTimeOffset ExecutionTime => StartTime + Start.FirstWorkflowTaskBackoff.Span();

    public WorkflowExecution Execution => new() { WorkflowId = WorkflowId, RunId = RunId };

    public WorkflowExecution Root => Start.RootWorkflowExecution ?? Execution;

    /// <summary>The event that closed the run.</summary>
    public HistoryEvent? CloseEvent { get; private set; }

    /// <summary>True when a task of the run belongs in a queue: what a restarted server looks for.</summary>
    public bool WaitsInQueue() =>
        IsOpen
        && (Task is not null || Activities.All.Any(a => !a.IsStarted && !a.Record.Paused && !a.Record.WaitsForRetry && !a.Record.Held));

    public RunChanges TakeChanges()
    {
        var taken = Changes;
        Changes = new RunChanges();
        return taken;
    }

    /// <summary>The first event of a new run.</summary>
    public void Begin(
        WorkflowExecutionStartedEventAttributes start,
        UserMetadata? metadata,
        IEnumerable<Link> links,
        string createRequestId
    )
    {
        Changes.Created = true;
        Changes.Visible = true;
        var e = NewEvent(EventType.WorkflowExecutionStarted);
        e.WorkflowExecutionStartedEventAttributes = start;
        e.UserMetadata = metadata;
        e.Links.AddRange(links);
        Record.CreateRequestId = createRequestId;
        Record.OriginalStartTime = e.EventTime;
        if (createRequestId.Length > 0)
        {
            Record.RequestIds[createRequestId] = new RequestIdInfo { EventType = EventType.WorkflowExecutionStarted, EventId = 1 };
        }

        Add(e);
        if (start.FirstWorkflowTaskBackoff.IsPositive())
        {
            Record.FirstTaskDue = (e.EventTime.Time() + start.FirstWorkflowTaskBackoff.Span()).Stamp();
        }
    }

    public HistoryEvent NewEvent(EventType type) => new() { EventType = type, EventTime = Now.Stamp() };

    /// <summary>Writes an event now.</summary>
    public HistoryEvent Add(HistoryEvent e)
    {
        e.EventId = NextEventId++;
        Changes.Events.Add(e);
        Apply(e);
        return e;
    }

    /// <summary>Writes an event now, or after the started workflow task has ended.</summary>
    public HistoryEvent AddOrBuffer(HistoryEvent e)
    {
        if (!HasStartedTask)
        {
            return Add(e);
        }

        if (Task!.Speculative)
        {
            // As the real server writes it then, without the worker's name.
            WorkflowTask.WriteUnwritten(withIdentity: false);
            Changes.Touched = true;
        }

        Buffer(e);
        return e;
    }

    /// <summary>Keeps an event until <see cref="FlushBuffered"/>.</summary>
    public void Buffer(HistoryEvent e)
    {
        Buffered.Add(e);
        Changes.NewBuffered.Add(e);
        Apply(e);
    }

    /// <summary>Writes what was buffered: ends of activities and children behind the rest. True when there was something.</summary>
    public bool FlushBuffered()
    {
        if (Buffered.Count == 0)
        {
            return false;
        }

        foreach (var e in Buffered.Take(NextEventId))
        {
            NextEventId = e.EventId + 1;
            LastEventTime = e.EventTime.Time() is var at && at > LastEventTime ? at : LastEventTime;
            Changes.Events.Add(e);
            Children.NoteWritten(e);
            ResolveRequestId(e);
        }

        Changes.NewBuffered.Clear();
        Changes.BufferFlushed = true;
        return true;
    }

    /// <summary>Takes back a timer's firing that the worker has not seen; its started event, 0 when there is none.</summary>
    public long TakeBufferedTimer(string timerId)
    {
        if (Buffered.TakeFired(timerId) is not { } fired)
        {
            return 0;
        }

        if (!Changes.NewBuffered.Remove(fired))
        {
            // Its row goes with the flush that follows in the same change.
            Changes.BufferFlushed = true;
        }

        return fired.TimerFiredEventAttributes.StartedEventId;
    }

    /// <summary>Notes that a request changed the run, so that the same request does it only once.</summary>
    public void RememberRequest(string requestId, EventType type, HistoryEvent e)
    {
        if (requestId.Length > 0)
        {
            Record.RequestIds[requestId] = new RequestIdInfo
            {
                EventType = type,
                EventId = e.EventId,
                Buffered = e.EventId == 0,
            };
            Changes.Touched = true;
        }
    }

    /// <summary>Folds stored events.</summary>
    public void Replay(EventBatch batch)
    {
        Log.Append(batch);
        foreach (var e in HistoryLog.Decode(batch))
        {
            Apply(e);
            NextEventId = e.EventId + 1;
        }
    }

    /// <summary>Takes what was stored beside the events.</summary>
    public void Restore(RunRecord record)
    {
        Record = record;
        if (record.WorkflowTask is { Speculative: true })
        {
            record.WorkflowTask = null;
        }
    }

    /// <summary>Takes an event that was buffered.</summary>
    public void RestoreBuffered(HistoryEvent e)
    {
        Buffered.Add(e);
        Apply(e);
    }

    /// <summary>The events of a reset run are copies: the run begins now, whatever the first of them says.</summary>
    public void BeginFromReset() => LastEventTime = WallClock is var now && now > LastEventTime ? now : LastEventTime;

    /// <summary>Folds an event into the state. Called when the event is made, so for buffered events before it has an id.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Maintainability", "CA1502", Justification = "One case for each kind of event.")]
    public void Apply(HistoryEvent e)
    {
        if (e.EventTime.Time() is var at && at > LastEventTime)
        {
            LastEventTime = at;
        }

        switch (e.AttributesCase)
        {
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionStartedEventAttributes:
                Start = e.WorkflowExecutionStartedEventAttributes;
                Priority = Start.Priority;
                Inherit();
                UserMetadata = e.UserMetadata;
                StartTime = e.EventTime.Time();
                Memo = Start.Memo?.Clone() ?? new Memo();
                SearchAttributes = Start.SearchAttributes?.Clone() ?? new SearchAttributes();
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowTaskScheduledEventAttributes:
                // Whatever it was scheduled for: there is a first task, and nothing waits for its time any more.
                Record.FirstTaskDue = null;
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowTaskCompletedEventAttributes:
                PreviousStartedEventId = e.WorkflowTaskCompletedEventAttributes.StartedEventId;
                LastCompletedTaskEventId = e.EventId;
                WorkerVersion = e.WorkflowTaskCompletedEventAttributes.WorkerVersion ?? WorkerVersion;
                DeploymentName = e.WorkflowTaskCompletedEventAttributes.WorkerDeploymentName is { Length: > 0 } deployment
                    ? deployment
                    : DeploymentName;
                Behavior = e.WorkflowTaskCompletedEventAttributes.VersioningBehavior;
                Deployment = e.WorkflowTaskCompletedEventAttributes.DeploymentVersion;
                break;
            case HistoryEvent.AttributesOneofCase.TimerStartedEventAttributes:
                var timer = e.TimerStartedEventAttributes;
                Timers[timer.TimerId] = new PendingTimer(timer.TimerId, e.EventId, e.EventTime.Time() + timer.StartToFireTimeout.Span());
                break;
            case HistoryEvent.AttributesOneofCase.TimerFiredEventAttributes:
                Timers.Remove(e.TimerFiredEventAttributes.TimerId);
                break;
            case HistoryEvent.AttributesOneofCase.TimerCanceledEventAttributes:
                Timers.Remove(e.TimerCanceledEventAttributes.TimerId);
                break;
            case HistoryEvent.AttributesOneofCase.UpsertWorkflowSearchAttributesEventAttributes:
                var attributes = e.UpsertWorkflowSearchAttributesEventAttributes.SearchAttributes.IndexedFields;
                SearchAttributes.IndexedFields.Upsert(attributes);
                Changes.Visible = true;
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowPropertiesModifiedEventAttributes:
                Memo.Fields.Upsert(e.WorkflowPropertiesModifiedEventAttributes.UpsertedMemo.Fields);
                Changes.Visible = true;
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionSignaledEventAttributes:
                SignalCount++;
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionCancelRequestedEventAttributes:
                CancelRequested = true;
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionUpdateAcceptedEventAttributes:
                Updates[e.WorkflowExecutionUpdateAcceptedEventAttributes.ProtocolInstanceId] = (e.EventId, 0);
                AdmittedUpdates.Remove(e.WorkflowExecutionUpdateAcceptedEventAttributes.ProtocolInstanceId);
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionUpdateAdmittedEventAttributes:
                var admitted = e.WorkflowExecutionUpdateAdmittedEventAttributes.Request;
                AdmittedUpdates[admitted.Meta.UpdateId] = admitted;
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionUpdateCompletedEventAttributes:
                var update = e.WorkflowExecutionUpdateCompletedEventAttributes;
                Updates[update.Meta.UpdateId] = (update.AcceptedEventId, e.EventId);
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionOptionsUpdatedEventAttributes:
                // As on the real server, a priority that is taken away goes on to hold.
                Priority = e.WorkflowExecutionOptionsUpdatedEventAttributes.Priority ?? Priority;
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionPausedEventAttributes:
                PauseRequestId = e.WorkflowExecutionPausedEventAttributes.RequestId;
                Status = WorkflowExecutionStatus.Paused;
                PauseInfo = new WorkflowExecutionPauseInfo
                {
                    Identity = e.WorkflowExecutionPausedEventAttributes.Identity,
                    PausedTime = e.EventTime,
                    Reason = e.WorkflowExecutionPausedEventAttributes.Reason,
                };
                Changes.Visible = true;
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionUnpausedEventAttributes:
                Status = WorkflowExecutionStatus.Running;
                PauseInfo = null;
                Changes.Visible = true;
                break;
            default:
                ApplyActivity(e);
                Children.Apply(e);
                Externals.Apply(e);
                ApplyClose(e);
                break;
        }
    }

    /// <summary>Until its first task is done the run has the version that it came with.</summary>
    private void Inherit()
    {
        if ((Start.InheritedPinnedVersion ?? Start.InheritedAutoUpgradeInfo?.SourceDeploymentVersion) is { } version)
        {
            Deployment = version;
            DeploymentName = version.DeploymentName;
            Behavior = Start.InheritedPinnedVersion is null ? VersioningBehavior.AutoUpgrade : VersioningBehavior.Pinned;
        }
    }

    private void ApplyActivity(HistoryEvent e)
    {
        if (Activities.Apply(e) is { } ended)
        {
            // Lists show which activities are paused.
            Changes.Visible |= ended.Record.Paused;
            if (ended.HasRow)
            {
                Changes.RemovedActivities.Add(ended.ScheduledEventId);
            }
        }
    }

    private void ApplyClose(HistoryEvent e)
    {
        var status = e.EventType switch
        {
            EventType.WorkflowExecutionCompleted => WorkflowExecutionStatus.Completed,
            EventType.WorkflowExecutionFailed => WorkflowExecutionStatus.Failed,
            EventType.WorkflowExecutionTimedOut => WorkflowExecutionStatus.TimedOut,
            EventType.WorkflowExecutionCanceled => WorkflowExecutionStatus.Canceled,
            EventType.WorkflowExecutionTerminated => WorkflowExecutionStatus.Terminated,
            EventType.WorkflowExecutionContinuedAsNew => WorkflowExecutionStatus.ContinuedAsNew,
            _ => WorkflowExecutionStatus.Running,
        };
        if (status != WorkflowExecutionStatus.Running)
        {
            Status = status;
            CloseTime = e.EventTime.Time();
            CloseEvent = e;
            Changes.Closed = true;
            Changes.Visible = true;
        }
    }

    /// <summary>A start that met the started task is remembered by the event it left; that has its id now.</summary>
    private void ResolveRequestId(HistoryEvent e)
    {
        if (
            e.WorkflowExecutionOptionsUpdatedEventAttributes is { AttachedRequestId.Length: > 0 } attached
            && Record.RequestIds.TryGetValue(attached.AttachedRequestId, out var info)
            && info.Buffered
        )
        {
            info.Buffered = false;
            info.EventId = e.EventId;
        }
    }
}
