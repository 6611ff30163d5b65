using Temporal.Server.Common;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using FailureMessage = Temporalio.Api.Failure.V1.Failure;

namespace Temporal.Server.History;

/// <summary>
/// The workflow task of a run: scheduled, started, ended; normal, transient (a further attempt, without events) or speculative (for updates
/// only, without events).
/// </summary>
internal sealed partial class MutableState
{
    private const long SuggestContinueAsNewBytes = 4 * 1024 * 1024;

    // No attempt is put off: it is the time that a worker may take for it that grows, so that one that goes on failing without a word is
    // asked ever less often.
    private const int AttemptsWithPlainTimeout = 3;
    private static readonly TimeSpan FirstTimeoutGrowth = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaximumTimeoutGrowth = TimeSpan.FromMinutes(10);

    // What the real server gives a task for updates alone until a worker of the normal queue takes it.
    private static readonly TimeSpan SpeculativeTimeout = TimeSpan.FromSeconds(5);

    // When the task was started, in awake time; null for one that is restored until that is looked up.
    private DateTimeOffset? _taskStartedAwake;

    /// <summary>True while the first task waits for its start delay, cron time or retry interval.</summary>
    public bool InFirstTaskBackoff => Record.FirstTaskDue is not null;

    public bool UsesStickyQueue => Record.StickyQueue.Length > 0;

    /// <summary>Makes sure that the worker will see what is new.</summary>
    /// <param name="wakes">Also while the first task waits for its time: a cancel request does not wait with it.</param>
    public void EnsureWorkflowTask(bool wakes = false)
    {
        if (!IsOpen || (InFirstTaskBackoff && Task is null && !wakes))
        {
            return;
        }

        if (Task is null)
        {
            ScheduleWorkflowTask();
        }
        else if (Task is { Speculative: true, StartedEventId: 0 })
        {
            // It has another event id than what waits in the queue.
            WriteScheduled();
            Changes.DispatchWorkflowTask = true;
        }
    }

    /// <summary>Schedules the task. There must be none.</summary>
    public WorkflowTaskRecord ScheduleWorkflowTask(bool speculative = false, DateTimeOffset? originallyScheduled = null)
    {
        var now = Now;
        var attempt = Record.NextAttempt;
        var task = new WorkflowTaskRecord
        {
            Attempt = attempt,
            ScheduledTime = now.Stamp(),
            OriginalScheduledTime = (originallyScheduled ?? now).Stamp(),
            Timeout = (Start.WorkflowTaskTimeout.Span() + TimeoutGrowth(attempt)).AsDuration(),
            Sticky = UsesStickyQueue,
            Queue = UsesStickyQueue ? Record.StickyQueue : Start.TaskQueue.Name,
            Transient = attempt > 1,
            Speculative = speculative && attempt == 1,
        };
        Record.WorkflowTask = task;
        Changes.Touched = true;
        Changes.DispatchWorkflowTask = true;
        if (task.Transient || task.Speculative)
        {
            task.ScheduledEventId = NextEventId;
        }
        else
        {
            task.ScheduledEventId = Add(ScheduledEvent(task)).EventId;
        }

        return task;
    }

    /// <summary>4 to 5 s for the fourth attempt, twice as much for each further one, up to ten minutes.</summary>
    private TimeSpan TimeoutGrowth(int attempt)
    {
        if (attempt <= AttemptsWithPlainTimeout)
        {
            return TimeSpan.Zero;
        }

        var most = FirstTimeoutGrowth * Math.Pow(2, Math.Min(20, attempt - AttemptsWithPlainTimeout - 1));
        most = most < MaximumTimeoutGrowth ? most : MaximumTimeoutGrowth;

        // Spread, so that runs that fail for one reason do not come back together; by the run, so that nothing here is chance.
        var spread = RunId.Sum(c => c) % 100 / 100.0;
        return most * (0.8 + (0.2 * spread));
    }

    /// <summary>From how many events on a worker is told to continue as new.</summary>
    public int SuggestContinueAsNewAfter { get; init; } = TemporalServerOptions.UsualSuggestContinueAsNewAfter;

    /// <summary>A worker has taken the task.</summary>
    public void StartWorkflowTask(string identity, string requestId, WorkerVersionStamp? version)
    {
        var task = Task!;
        if ((task.Transient || task.Speculative) && task.ScheduledEventId != NextEventId)
        {
            WriteScheduled();
        }

        task.StartedTime = Now.Stamp();
        _taskStartedAwake = _awake.Now;
        task.RequestId = requestId;
        task.Identity = identity;
        task.WorkerVersion = version;
        task.HistorySize = Record.HistorySize;
        task.SuggestContinueAsNew = NextEventId > SuggestContinueAsNewAfter || Record.HistorySize > SuggestContinueAsNewBytes;
        task.StartedEventId = task.Transient || task.Speculative ? task.ScheduledEventId + 1 : Add(StartedEvent(task)).EventId;
        Changes.Touched = true;
    }

    /// <summary>The events of a started task that are not in history, as its worker sees them.</summary>
    public IReadOnlyList<HistoryEvent> UnwrittenTaskEvents()
    {
        var task = Task!;
        if (!task.Transient && !task.Speculative)
        {
            return [];
        }

        var scheduled = ScheduledEvent(task);
        scheduled.EventId = task.ScheduledEventId;
        scheduled.EventTime = task.ScheduledTime;
        var started = StartedEvent(task);
        started.EventId = task.StartedEventId;

        // What the worker said of its build comes with the event's place in history, as on the real server.
        started.WorkflowTaskStartedEventAttributes.WorkerVersion = null;
        return [scheduled, started];
    }

    /// <summary>Writes the completed event, and those before it that are still missing.</summary>
    public long CompleteWorkflowTask(WorkflowTaskCompletedEventAttributes attributes)
    {
        WriteUnwritten();
        var task = Task!;
        attributes.ScheduledEventId = task.ScheduledEventId;
        attributes.StartedEventId = task.StartedEventId;
        Record.WorkflowTask = null;
        Record.NextAttempt = 1;
        Changes.Touched = true;
        var e = NewEvent(EventType.WorkflowTaskCompleted);
        e.WorkflowTaskCompletedEventAttributes = attributes;
        return Add(e).EventId;
    }

    /// <summary>Takes a speculative task back as if it had never been.</summary>
    public void DropSpeculativeTask()
    {
        Record.WorkflowTask = null;
        Changes.Touched = true;
    }

    /// <summary>The worker failed the task, or its answer was refused. Schedules the next attempt while the run is open.</summary>
    public void FailWorkflowTask(
        WorkflowTaskFailedCause cause,
        FailureMessage? failure,
        string identity,
        bool reschedule = true,
        string binaryChecksum = "",
        WorkerVersionStamp? version = null
    )
    {
        var task = Task!;
        if (task.Speculative)
        {
            WriteUnwritten();
        }

        if (!task.Transient)
        {
            var e = NewEvent(EventType.WorkflowTaskFailed);
            e.WorkflowTaskFailedEventAttributes = new WorkflowTaskFailedEventAttributes
            {
                ScheduledEventId = task.ScheduledEventId,
                StartedEventId = task.StartedEventId,
                Cause = cause,
                Failure = failure,
                Identity = identity,
                BinaryChecksum = binaryChecksum,
                WorkerVersion = version,
            };
            Add(e);
        }

        EndAttempt(reschedule, startOver: cause == WorkflowTaskFailedCause.ResetWorkflow);
    }

    /// <summary>The task was not taken from its sticky queue, or not answered in time.</summary>
    public void TimeOutWorkflowTask(TimeoutType type)
    {
        var task = Task!;
        var untaken = task.Speculative && type == TimeoutType.ScheduleToStart;
        if (task.Speculative)
        {
            WriteUnwritten();
        }

        if (!task.Transient)
        {
            var e = NewEvent(EventType.WorkflowTaskTimedOut);
            e.WorkflowTaskTimedOutEventAttributes = new WorkflowTaskTimedOutEventAttributes
            {
                ScheduledEventId = task.ScheduledEventId,
                StartedEventId = task.StartedEventId,
                TimeoutType = type,
            };
            Add(e);
        }

        EndAttempt(reschedule: true, startOver: untaken);
    }

    /// <summary>Forgets the sticky queue; an unstarted task on it moves to the normal queue.</summary>
    public void ClearSticky()
    {
        Record.StickyQueue = "";
        Record.StickyTimeout = null;
        Changes.Touched = true;
        if (Task is { Sticky: true, StartedEventId: 0 } task)
        {
            task.Sticky = false;
            task.Queue = Start.TaskQueue.Name;
        }
    }

    /// <summary>The queue of the task as its events and answers name it.</summary>
    public TaskQueue TaskQueueOf(WorkflowTaskRecord task) =>
        task.Sticky
            ? new TaskQueue
            {
                Name = task.Queue,
                Kind = TaskQueueKind.Sticky,
                NormalName = Start.TaskQueue.Name,
            }
            : new TaskQueue { Name = task.Queue, Kind = TaskQueueKind.Normal };

    private void EndAttempt(bool reschedule, bool startOver = false)
    {
        Record.WorkflowTask = null;
        Changes.Touched = true;
        if (UsesStickyQueue)
        {
            ClearSticky();
        }
        else
        {
            Record.NextAttempt++;
        }

        if (FlushBuffered() || startOver)
        {
            Record.NextAttempt = 1;
        }

        if (reschedule && IsOpen)
        {
            ScheduleWorkflowTask();
        }
    }

    private void WriteScheduled()
    {
        var task = Task!;
        task.Attempt = 1;
        task.Transient = false;
        task.Speculative = false;
        Record.NextAttempt = 1;
        task.ScheduledEventId = Add(ScheduledEvent(task)).EventId;
        Changes.Touched = true;
    }

    private void WriteUnwritten(bool withIdentity = true)
    {
        var task = Task!;
        if (task.Transient || task.Speculative)
        {
            task.ScheduledEventId = Add(ScheduledEvent(task)).EventId;
            if (task.StartedEventId > 0)
            {
                var started = StartedEvent(task);
                started.WorkflowTaskStartedEventAttributes.Identity = withIdentity ? task.Identity : "";
                started.WorkflowTaskStartedEventAttributes.WorkerVersion = withIdentity ? task.WorkerVersion : null;
                task.StartedEventId = Add(started).EventId;
            }

            task.Transient = false;
            task.Speculative = false;
        }
    }

    private HistoryEvent ScheduledEvent(WorkflowTaskRecord task)
    {
        var e = NewEvent(EventType.WorkflowTaskScheduled);
        e.WorkflowTaskScheduledEventAttributes = new WorkflowTaskScheduledEventAttributes
        {
            TaskQueue = TaskQueueOf(task),
            StartToCloseTimeout = task.Timeout,
            Attempt = task.Attempt,
        };
        return e;
    }

    private HistoryEvent StartedEvent(WorkflowTaskRecord task)
    {
        var e = NewEvent(EventType.WorkflowTaskStarted);
        e.EventTime = task.StartedTime;
        e.WorkflowTaskStartedEventAttributes = new WorkflowTaskStartedEventAttributes
        {
            ScheduledEventId = task.ScheduledEventId,
            Identity = task.Identity,
            RequestId = task.RequestId,
            SuggestContinueAsNew = task.SuggestContinueAsNew,
            HistorySizeBytes = task.HistorySize,
            WorkerVersion = task.WorkerVersion,
        };
        return e;
    }
}
