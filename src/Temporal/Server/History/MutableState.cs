using Temporal.Server.Common;
using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporal.Server.Visibility;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Sdk.V1;

namespace Temporal.Server.History;

/// <summary>
/// The state of one run: the fold of its events (<see cref="Apply"/>) plus <see cref="Record"/> and the records of its activities, which no
/// event tells. Changes gather in <see cref="Changes"/> until they are committed. Guarded by the lock of its workflow.
/// </summary>
internal sealed partial class MutableState(
    long key,
    string namespaceId,
    string workflowId,
    string runId,
    TimeProvider time,
    AwakeTime? awake = null
)
{
    private readonly AwakeTime _awake = awake ?? new AwakeTime(time);

    public long Key { get; } = key;

    /// <summary>The names by which its rows are found.</summary>
    public RunName Name => new(Key, NamespaceId, WorkflowId, RunId);

    public string NamespaceId { get; } = namespaceId;

    public string WorkflowId { get; } = workflowId;

    public string RunId { get; } = runId;

    /// <summary>What is stored of the run beside its history.</summary>
    public RunRecord Record { get; private set; } = new() { NextAttempt = 1 };

    public WorkflowExecutionStartedEventAttributes Start { get; private set; } = null!;

    public UserMetadata? UserMetadata { get; private set; }

    public DateTimeOffset StartTime { get; private set; }

    public DateTimeOffset LastEventTime { get; private set; }

    public DateTimeOffset? CloseTime { get; private set; }

    public WorkflowExecutionStatus Status { get; private set; } = WorkflowExecutionStatus.Running;

    public bool IsOpen => Status == WorkflowExecutionStatus.Running;

    public long NextEventId { get; private set; } = 1;

    public Dictionary<long, PendingActivity> Activities { get; } = [];

    public Dictionary<string, long> ActivityIds { get; } = [];

    public Dictionary<string, PendingTimer> Timers { get; } = [];

    public Dictionary<long, PendingChild> Children { get; } = [];

    public Dictionary<long, RequestCancelExternalWorkflowExecutionInitiatedEventAttributes> ExternalCancels { get; } = [];

    public Dictionary<long, SignalExternalWorkflowExecutionInitiatedEventAttributes> ExternalSignals { get; } = [];

    /// <summary>Events that wait until the started workflow task ends.</summary>
    public List<HistoryEvent> Buffered { get; } = [];

    public HashSet<string> SignalRequestIds { get; } = [];

    public Memo Memo { get; private set; } = new();

    public SearchAttributes SearchAttributes { get; private set; } = new();

    public bool CancelRequested { get; private set; }

    /// <summary>Started event of the last completed workflow task; 0 before.</summary>
    public long PreviousStartedEventId { get; private set; }

    public long LastCompletedTaskEventId { get; private set; }

    /// <summary>What the worker of the last completed workflow task said of its build; null when it said nothing.</summary>
    public WorkerVersionStamp? WorkerVersion { get; private set; }

    /// <summary>The deployment that worker belongs to; empty for none.</summary>
    public string DeploymentName { get; private set; } = "";

    public long SignalCount { get; private set; }

    /// <summary>Updates accepted or completed by events: id to the events' ids.</summary>
    public Dictionary<string, (long Accepted, long Completed)> Updates { get; } = [];

    public RunChanges Changes { get; private set; } = new();

    public HistoryLog Log { get; } = new();

    public string FirstRunId => Start.FirstExecutionRunId;

    public WorkflowTaskRecord? Task => Record.WorkflowTask;

    public bool HasStartedTask => Task is { StartedEventId: > 0 };

    /// <summary>The clock, never behind the last event.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var now = time.GetUtcNow();
            return now > LastEventTime ? now : LastEventTime;
        }
    }

    public DateTimeOffset? RunExpiration =>
        Start.WorkflowRunTimeout.IsPositive() ? StartTime + Start.FirstWorkflowTaskBackoff.Span() + Start.WorkflowRunTimeout.Span() : null;

    /// <summary>When the time of the run is up: its own limit or that of the chain.</summary>
    public DateTimeOffset? Expiration => ProtoTime.Earlier(RunExpiration, Start.WorkflowExecutionExpirationTime?.Time());

    public RunChanges TakeChanges()
    {
        var taken = Changes;
        Changes = new RunChanges();
        return taken;
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
            // From here on the task is part of history; as the real server writes it then, without the worker's name.
            WriteUnwritten(withIdentity: false);
            Changes.Touched = true;
        }

        Buffered.Add(e);
        Changes.NewBuffered.Add(e);
        Apply(e);
        return e;
    }

    /// <summary>Writes what was buffered: ends of activities and children behind the rest. True when there was something.</summary>
    public bool FlushBuffered()
    {
        if (Buffered.Count == 0)
        {
            return false;
        }

        var startedIds = new Dictionary<long, long>();
        foreach (var e in Buffered.Where(e => !IsEndOfWork(e.EventType)).Concat(Buffered.Where(e => IsEndOfWork(e.EventType))).ToList())
        {
            e.EventId = NextEventId++;
            FixStartedId(e, startedIds);
            Changes.Events.Add(e);
            ResolveRequestId(e);
        }

        LastEventTime = Buffered.Max(e => e.EventTime.Time()) is var last && last > LastEventTime ? last : LastEventTime;
        Buffered.Clear();
        Changes.NewBuffered.Clear();
        Changes.BufferFlushed = true;
        return true;
    }

    /// <summary>Takes back a timer's firing that the worker has not seen; its started event, 0 when there is none.</summary>
    public long TakeBufferedTimer(string timerId)
    {
        var fired = Buffered.Find(e => e.TimerFiredEventAttributes?.TimerId == timerId);
        if (fired is null)
        {
            return 0;
        }

        Buffered.Remove(fired);
        if (!Changes.NewBuffered.Remove(fired))
        {
            // Its row goes with the flush that follows in the same change.
            Changes.BufferFlushed = true;
        }

        return fired.TimerFiredEventAttributes.StartedEventId;
    }

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
                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskScheduledEventAttributes:
                ApplyActivityScheduled(e);
                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskCancelRequestedEventAttributes:
                if (Activities.TryGetValue(e.ActivityTaskCancelRequestedEventAttributes.ScheduledEventId, out var cancelled))
                {
                    cancelled.CancelRequestedEventId = e.EventId;
                    cancelled.Record.CancelRequested = true;
                }

                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskCompletedEventAttributes:
                RemoveActivity(e.ActivityTaskCompletedEventAttributes.ScheduledEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskFailedEventAttributes:
                RemoveActivity(e.ActivityTaskFailedEventAttributes.ScheduledEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskTimedOutEventAttributes:
                RemoveActivity(e.ActivityTaskTimedOutEventAttributes.ScheduledEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskCanceledEventAttributes:
                RemoveActivity(e.ActivityTaskCanceledEventAttributes.ScheduledEventId);
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
                MergeSearchAttributes(e.UpsertWorkflowSearchAttributesEventAttributes.SearchAttributes);
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowPropertiesModifiedEventAttributes:
                MergeMemo(e.WorkflowPropertiesModifiedEventAttributes.UpsertedMemo);
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionSignaledEventAttributes:
                SignalCount++;
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionCancelRequestedEventAttributes:
                CancelRequested = true;
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionUpdateAcceptedEventAttributes:
                Updates[e.WorkflowExecutionUpdateAcceptedEventAttributes.ProtocolInstanceId] = (e.EventId, 0);
                break;
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionUpdateCompletedEventAttributes:
                var update = e.WorkflowExecutionUpdateCompletedEventAttributes;
                Updates[update.Meta.UpdateId] = (update.AcceptedEventId, e.EventId);
                break;
            default:
                ApplyChildOrExternal(e);
                ApplyClose(e);
                break;
        }
    }

    /// <summary>The scheduled event of the activity that an event ends; 0 for other events.</summary>
    public static long EndedActivity(HistoryEvent e) =>
        e.AttributesCase switch
        {
            HistoryEvent.AttributesOneofCase.ActivityTaskCompletedEventAttributes =>
                e.ActivityTaskCompletedEventAttributes.ScheduledEventId,
            HistoryEvent.AttributesOneofCase.ActivityTaskFailedEventAttributes => e.ActivityTaskFailedEventAttributes.ScheduledEventId,
            HistoryEvent.AttributesOneofCase.ActivityTaskTimedOutEventAttributes => e.ActivityTaskTimedOutEventAttributes.ScheduledEventId,
            HistoryEvent.AttributesOneofCase.ActivityTaskCanceledEventAttributes => e.ActivityTaskCanceledEventAttributes.ScheduledEventId,
            _ => 0,
        };

    private static bool IsEndOfWork(EventType type) =>
        type
            is EventType.ActivityTaskCompleted
                or EventType.ActivityTaskFailed
                or EventType.ActivityTaskTimedOut
                or EventType.ActivityTaskCanceled
                or EventType.ChildWorkflowExecutionCompleted
                or EventType.ChildWorkflowExecutionFailed
                or EventType.ChildWorkflowExecutionTimedOut
                or EventType.ChildWorkflowExecutionCanceled
                or EventType.ChildWorkflowExecutionTerminated;

    private void ApplyActivityScheduled(HistoryEvent e)
    {
        var scheduled = e.ActivityTaskScheduledEventAttributes;
        Activities[e.EventId] = new PendingActivity(
            e.EventId,
            scheduled,
            new ActivityRecord
            {
                Attempt = 1,
                ScheduledTime = e.EventTime,
                FirstScheduledTime = e.EventTime,
            },
            _awake
        );
        ActivityIds[scheduled.ActivityId] = e.EventId;
    }

    private void RemoveActivity(long scheduledEventId)
    {
        if (Activities.Remove(scheduledEventId, out var activity))
        {
            ActivityIds.Remove(activity.Scheduled.ActivityId);

            // Lists show which activities are paused.
            Changes.Visible |= activity.Record.Paused;
            if (activity.HasRow)
            {
                Changes.RemovedActivities.Add(scheduledEventId);
            }
        }
    }

    private void MergeSearchAttributes(SearchAttributes changes)
    {
        foreach (var (name, value) in changes.IndexedFields)
        {
            if (SearchAttributeValues.RemovesAttribute(value))
            {
                SearchAttributes.IndexedFields.Remove(name);
            }
            else
            {
                SearchAttributes.IndexedFields[name] = value;
            }
        }

        Changes.Visible = true;
    }

    private void MergeMemo(Memo changes)
    {
        foreach (var (name, value) in changes.Fields)
        {
            if (value.IsNull())
            {
                Memo.Fields.Remove(name);
            }
            else
            {
                Memo.Fields[name] = value;
            }
        }

        Changes.Visible = true;
    }

    /// <summary>Ends of buffered activities and children name the started event that was buffered before them.</summary>
    private void FixStartedId(HistoryEvent e, Dictionary<long, long> startedIds)
    {
        long Started(long scheduled, long known) => startedIds.GetValueOrDefault(scheduled, known);
        switch (e.AttributesCase)
        {
            case HistoryEvent.AttributesOneofCase.ActivityTaskStartedEventAttributes:
                startedIds[e.ActivityTaskStartedEventAttributes.ScheduledEventId] = e.EventId;
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionStartedEventAttributes:
                var initiated = e.ChildWorkflowExecutionStartedEventAttributes.InitiatedEventId;
                startedIds[initiated] = e.EventId;
                if (Children.TryGetValue(initiated, out var child))
                {
                    child.StartedEventId = e.EventId;
                }

                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskCompletedEventAttributes:
                var completed = e.ActivityTaskCompletedEventAttributes;
                completed.StartedEventId = Started(completed.ScheduledEventId, completed.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskFailedEventAttributes:
                var failed = e.ActivityTaskFailedEventAttributes;
                failed.StartedEventId = Started(failed.ScheduledEventId, failed.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskTimedOutEventAttributes:
                var timedOut = e.ActivityTaskTimedOutEventAttributes;
                timedOut.StartedEventId = Started(timedOut.ScheduledEventId, timedOut.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskCanceledEventAttributes:
                var canceled = e.ActivityTaskCanceledEventAttributes;
                canceled.StartedEventId = Started(canceled.ScheduledEventId, canceled.StartedEventId);
                break;
            default:
                FixChildStartedId(e, startedIds);
                break;
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

    /// <summary>Takes what was stored beside the events.</summary>
    public void Restore(RunRecord record)
    {
        Record = record;
        if (record.WorkflowTask is { Speculative: true })
        {
            record.WorkflowTask = null;
        }
    }
}
