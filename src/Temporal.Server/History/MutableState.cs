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

/// <summary>The state of a run. It consists of the state from the events applied so far (<see cref="Apply"/>), and of state that no event
/// contains, in <see cref="Record"/> and the activity records. Changes accumulate in <see cref="Changes"/> until they are committed.
/// Guarded by the lock of its workflow.</summary>
internal sealed class MutableState
{
    private readonly TimeProvider _time;

    public MutableState(long key, string namespaceId, string workflowId, string runId, TimeProvider time, AwakeClock? awake = null)
    {
        _time = time;
        Key = key;
        NamespaceId = namespaceId;
        WorkflowId = workflowId;
        RunId = runId;
        Awake = awake ?? new AwakeClock(time);
        Activities = new PendingActivities(Awake);
        WorkflowTask = new WorkflowTaskStateMachine(this, Awake);
    }

    public long Key { get; }

    /// <summary>Identifies the run's rows in the database.</summary>
    public RunIdentity Name => new(Key, NamespaceId, WorkflowId, RunId);

    public string NamespaceId { get; }

    public string WorkflowId { get; }

    public string RunId { get; }

    /// <summary>The stored state of the run that its history does not contain.</summary>
    public RunRecord Record { get; private set; } = new() { NextAttempt = 1 };

    public WorkflowExecutionStartedEventAttributes Start { get; private set; } = null!;

    /// <summary>Priority of the run's tasks, as set by the start or the last change, or null for none.</summary>
    public Priority? Priority { get; private set; }

    public UserMetadata? UserMetadata { get; private set; }

    public DateTimeOffset StartTime { get; private set; }

    public DateTimeOffset LastEventTime { get; private set; }

    public DateTimeOffset? CloseTime { get; private set; }

    public WorkflowExecutionStatus Status { get; private set; } = WorkflowExecutionStatus.Running;

    public bool IsOpen => Status is WorkflowExecutionStatus.Running or WorkflowExecutionStatus.Paused;

    public bool IsPaused => Status == WorkflowExecutionStatus.Paused;

    /// <summary>Identity, time and reason of the pause, or null while the run is not paused. Retained if a paused run closes.</summary>
    public WorkflowExecutionPauseInfo? PauseInfo { get; private set; }

    /// <summary>Id of the request that last paused the run; empty for none.</summary>
    public string PauseRequestId { get; private set; } = "";

    public long NextEventId { get; private set; } = 1;

    public PendingActivities Activities { get; }

    public Dictionary<string, PendingTimer> Timers { get; } = [];

    public PendingChildren Children { get; } = new();

    public PendingExternalWorkflowRequests Externals { get; } = new();

    public HistoryEventBuffer Buffered { get; } = new();

    public HashSet<string> SignalRequestIds { get; } = [];

    public Memo Memo { get; private set; } = new();

    public SearchAttributes SearchAttributes { get; private set; } = new();

    public bool CancelRequested { get; private set; }

    /// <summary>Id of the started event of the last completed workflow task, or 0 before the first completion.</summary>
    public long PreviousStartedEventId { get; private set; }

    public long LastCompletedTaskEventId { get; private set; }

    /// <summary>Build of the last worker that completed a workflow task and reported its build, or null if no worker has done so.</summary>
    public WorkerVersionStamp? WorkerVersion { get; private set; }

    /// <summary>Name of the worker deployment to which the run last belonged, either inherited or reported with a completed workflow task.
    /// Empty if there was none.</summary>
    public string DeploymentName { get; private set; } = "";

    /// <summary>Versioning behavior that the worker declared when it completed the last workflow task. Until a workflow task has completed,
    /// this is the behavior that the run inherited.</summary>
    public VersioningBehavior Behavior { get; private set; }

    /// <summary>Deployment version of the worker that completed the last workflow task, or null for none. Until a workflow task has
    /// completed, this is the version that the run inherited.</summary>
    public WorkerDeploymentVersion? Deployment { get; private set; }

    public long SignalCount { get; private set; }

    /// <summary>Ids of the events that record the acceptance and completion of each accepted update, by update id. An id of 0 means that
    /// the event does not exist.</summary>
    public Dictionary<string, (long Accepted, long Completed)> Updates { get; } = [];

    /// <summary>Updates that a reset carried over and no worker has answered yet. Unlike other admitted updates, they are recorded in
    /// events.</summary>
    public OrderedDictionary<string, Request> AdmittedUpdates { get; } = [];

    /// <summary>Scheduled event ids of activities for which a worker of another deployment version has polled. The activities are
    /// dispatched once a workflow task has moved the run to that version. Kept only in memory, like all queued tasks.</summary>
    public HashSet<long> WaitForMove { get; } = [];

    public UnsavedWorkflowRunChanges Changes { get; private set; } = new();

    public CachedEventHistory Log { get; } = new();

    public string FirstRunId => Start.FirstExecutionRunId;

    /// <summary>State machine that schedules, starts and ends <see cref="Task"/>.</summary>
    public WorkflowTaskStateMachine WorkflowTask { get; }

    /// <summary>The scheduled or started workflow task, or null for none.</summary>
    public WorkflowTaskRecord? Task => Record.WorkflowTask;

    public bool HasStartedTask => Task is { StartedEventId: > 0 };

    /// <summary>Minimum number of history events at which the server suggests to workers that the run continue as new.</summary>
    public int SuggestContinueAsNewAfter { get; init; } = TemporalServerOptions.UsualSuggestContinueAsNewAfter;

    /// <summary>Clock that measures how long attempts run, without the time that the machine spends asleep.</summary>
    public AwakeClock Awake { get; }

    /// <summary>Current wall clock time, which may have been set back.</summary>
    public DateTimeOffset WallClock => _time.GetUtcNow();

    /// <summary>Current time, but never earlier than the time of the last event.</summary>
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

    /// <summary>Time at which the run times out because of its own limit or the limit of its chain, or null if neither limit is
    /// set.</summary>
    public DateTimeOffset? Expiration => ProtoTime.Earlier(RunExpiration, Start.WorkflowExecutionExpirationTime?.Time());

    public DateTimeOffset ExecutionTime => StartTime + Start.FirstWorkflowTaskBackoff.Span();

    public WorkflowExecution Execution => new() { WorkflowId = WorkflowId, RunId = RunId };

    public WorkflowExecution Root => Start.RootWorkflowExecution ?? Execution;

    /// <summary>The event that closed the run, or null while it is open.</summary>
    public HistoryEvent? CloseEvent { get; private set; }

    /// <summary>True if a workflow task or activity of the run belongs in a task queue. After a restart, the server requeues the tasks of
    /// such runs.</summary>
    public bool WaitsInQueue() =>
        IsOpen
        && (Task is not null || Activities.All.Any(a => !a.IsStarted && !a.Record.Paused && !a.Record.WaitsForRetry && !a.Record.Held));

    public UnsavedWorkflowRunChanges RemoveUncommittedChanges()
    {
        var taken = Changes;
        Changes = new UnsavedWorkflowRunChanges();
        return taken;
    }

    /// <summary>Adds the first event of a new run.</summary>
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

    /// <summary>Appends an event to the history immediately.</summary>
    public HistoryEvent Add(HistoryEvent e)
    {
        e.EventId = NextEventId++;
        Changes.Events.Add(e);
        Apply(e);
        return e;
    }

    /// <summary>Appends an event immediately. While a workflow task is started, buffers the event until that task ends.</summary>
    public HistoryEvent AddOrBuffer(HistoryEvent e)
    {
        if (!HasStartedTask)
        {
            return Add(e);
        }

        if (Task!.Speculative)
        {
            // As the Temporal server does in this case, without the worker's identity.
            WorkflowTask.WriteUnwritten(withIdentity: false);
            Changes.Touched = true;
        }

        Buffer(e);
        return e;
    }

    /// <summary>Buffers an event until <see cref="FlushBuffered"/>.</summary>
    public void Buffer(HistoryEvent e)
    {
        Buffered.Add(e);
        Changes.NewBuffered.Add(e);
        Apply(e);
    }

    /// <summary>Appends the buffered events, placing those that end activities or children last. Returns true if any were
    /// buffered.</summary>
    public bool FlushBuffered()
    {
        if (Buffered.Count == 0)
        {
            return false;
        }

        foreach (var e in Buffered.RemoveAll(NextEventId))
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

    /// <summary>Removes a buffered timer-fired event that the worker has not seen. Returns the timer's started event id, or 0 if none is
    /// buffered.</summary>
    public long RemoveBufferedTimer(string timerId)
    {
        if (Buffered.RemoveTimerFired(timerId) is not { } fired)
        {
            return 0;
        }

        if (!Changes.NewBuffered.Remove(fired))
        {
            // The flush that follows in the same change deletes the event's row.
            Changes.BufferFlushed = true;
        }

        return fired.TimerFiredEventAttributes.StartedEventId;
    }

    /// <summary>Records the id of a request that changed the run, so that a repeated request has no effect.</summary>
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

    /// <summary>Applies a batch of stored events to the state.</summary>
    public void Replay(EventBatch batch)
    {
        Log.Append(batch);
        foreach (var e in CachedEventHistory.Decode(batch))
        {
            Apply(e);
            NextEventId = e.EventId + 1;
        }
    }

    /// <summary>Restores the stored state that the events do not contain.</summary>
    public void Restore(RunRecord record)
    {
        Record = record;
        if (record.WorkflowTask is { Speculative: true })
        {
            record.WorkflowTask = null;
        }
    }

    /// <summary>Restores a buffered event.</summary>
    public void RestoreBuffered(HistoryEvent e)
    {
        Buffered.Add(e);
        Apply(e);
    }

    /// <summary>Moves the last event time forward to now. The first events of a reset run are copies with old timestamps.</summary>
    public void BeginFromReset() => LastEventTime = WallClock is var now && now > LastEventTime ? now : LastEventTime;

    /// <summary>Applies an event to the state. Called when the event is created, so a buffered event has no id yet.</summary>
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
                // A first task exists, whatever caused it, so the backoff is over.
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
                // As in the Temporal server, removing the priority has no effect.
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

    /// <summary>Sets the deployment version that the run inherited. It applies until the first workflow task completes.</summary>
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
            // Lists show the paused activities, so the visibility row changes.
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

    /// <summary>Completes the record of a start request that was attached to the run. Sets the id of the request's event, which had no id
    /// while it was buffered.</summary>
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
