using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using FailureMessage = Temporalio.Api.Failure.V1.Failure;

namespace Temporal.Server.History;

/// <summary>
/// The workflow task of a run: scheduled, started, ended; normal, transient (a further attempt, without events) or speculative (for updates
/// only, without events). What is stored of it is in the run's record.
/// </summary>
internal sealed class WorkflowTaskStateMachine(MutableState run, AwakeTime awake)
{
    private const long SuggestContinueAsNewBytes = 4 * 1024 * 1024;

    // No attempt is put off: it is the time that a worker may take for it that grows, so that one that goes on failing without a word is
    // asked ever less often.
    private const int AttemptsWithPlainTimeout = 3;
    private const int AttemptsUntilReported = 5;
    private static readonly TimeSpan FirstTimeoutGrowth = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaximumTimeoutGrowth = TimeSpan.FromMinutes(10);

    // What the real server gives a task for updates alone until a worker of the normal queue takes it.
    private static readonly TimeSpan SpeculativeTimeout = TimeSpan.FromSeconds(5);

    // When the task was started, in awake time; null for one that is restored until that is looked up.
    private DateTimeOffset? _startedAwake;

    /// <summary>True while the first task waits for its start delay, cron time or retry interval.</summary>
    public bool InFirstTaskBackoff => run.Record.FirstTaskDue is not null;

    public bool UsesStickyQueue => run.Record.StickyQueue.Length > 0;

    /// <summary>Makes sure that the worker will see what is new.</summary>
    /// <param name="wakes">Also while the first task waits for its time: a cancel request does not wait with it.</param>
    public void EnsureScheduled(bool wakes = false)
    {
        if (!run.IsOpen || run.IsPaused || (InFirstTaskBackoff && run.Task is null && !wakes))
        {
            return;
        }

        if (run.Task is null)
        {
            Schedule();
        }
        else if (run.Task is { Speculative: true, StartedEventId: 0 })
        {
            // It has another event id than what waits in the queue.
            WriteScheduled();
            run.Changes.DispatchWorkflowTask = true;
        }
    }

    /// <summary>Schedules the task. There must be none.</summary>
    public WorkflowTaskRecord Schedule(bool speculative = false)
    {
        var now = run.Now;
        var attempt = run.Record.NextAttempt;
        var task = new WorkflowTaskRecord
        {
            Attempt = attempt,
            ScheduledTime = now.Stamp(),
            OriginalScheduledTime = now.Stamp(),
            Timeout = (run.Start.WorkflowTaskTimeout.Span() + TimeoutGrowth(attempt)).AsDuration(),
            Sticky = UsesStickyQueue,
            Queue = UsesStickyQueue ? run.Record.StickyQueue : run.Start.TaskQueue.Name,
            Transient = attempt > 1,
            Speculative = speculative && attempt == 1,
        };
        run.Record.WorkflowTask = task;
        run.Changes.Touched = true;
        run.Changes.DispatchWorkflowTask = true;
        if (task.Transient || task.Speculative)
        {
            task.ScheduledEventId = run.NextEventId;
        }
        else
        {
            task.ScheduledEventId = run.Add(ScheduledEvent(task)).EventId;
        }

        return task;
    }

    /// <summary>The run is about to be paused: a task that no worker has is given up. The run gets another when it goes on.</summary>
    public void Pause()
    {
        if (run.Task is not { StartedEventId: 0 } task)
        {
            return;
        }

        run.Record.WorkflowTask = null;
        run.Changes.Touched = true;
        if (task is { Speculative: false, Transient: false })
        {
            var e = run.NewEvent(EventType.WorkflowTaskFailed);
            e.WorkflowTaskFailedEventAttributes = new WorkflowTaskFailedEventAttributes
            {
                ScheduledEventId = task.ScheduledEventId,
                Cause = WorkflowTaskFailedCause.WorkflowPauseRequestedBeforeTaskStarted,
                Identity = "history-service",
            };
            run.Add(e);
        }
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
        var spread = run.RunId.Sum(c => c) % 100 / 100.0;
        return most * (0.8 + (0.2 * spread));
    }

    /// <summary>A worker has taken the task.</summary>
    public void Start(string identity, string requestId, WorkerVersionStamp? version, bool targetChanged = false)
    {
        var task = run.Task!;
        if ((task.Transient || task.Speculative) && task.ScheduledEventId != run.NextEventId)
        {
            WriteScheduled();
        }

        task.StartedTime = run.Now.Stamp();
        _startedAwake = awake.Now;
        task.RequestId = requestId;
        task.Identity = identity;
        task.WorkerVersion = version;
        task.TargetChanged = targetChanged;
        task.HistorySize = run.Record.HistorySize;
        task.SuggestContinueAsNew = run.NextEventId > run.SuggestContinueAsNewAfter || run.Record.HistorySize > SuggestContinueAsNewBytes;
        task.StartedEventId = task.Transient || task.Speculative ? task.ScheduledEventId + 1 : run.Add(StartedEvent(task)).EventId;
        run.Changes.Touched = true;
    }

    /// <summary>The events of a task that are not in history, as readers of the history see them.</summary>
    public IReadOnlyList<HistoryEvent> ShownEvents()
    {
        // One that was scheduled before the last event gets another place when it is written, and is not shown until then.
        if (run.Task is not { } task || !(task.Transient || task.Speculative) || task.ScheduledEventId != run.NextEventId)
        {
            return [];
        }

        var scheduled = ScheduledEvent(task);
        scheduled.EventId = run.NextEventId;
        scheduled.EventTime = task.ScheduledTime;
        if (task.StartedEventId == 0)
        {
            return [scheduled];
        }

        var started = run.NewEvent(EventType.WorkflowTaskStarted);
        started.EventId = scheduled.EventId + 1;
        started.EventTime = task.StartedTime;
        started.WorkflowTaskStartedEventAttributes = new WorkflowTaskStartedEventAttributes
        {
            ScheduledEventId = scheduled.EventId,
            RequestId = task.RequestId,
        };
        return [scheduled, started];
    }

    /// <summary>The events of a started task that are not in history, as its worker sees them.</summary>
    public IReadOnlyList<HistoryEvent> UnwrittenEvents()
    {
        var task = run.Task!;
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
    public long Complete(WorkflowTaskCompletedEventAttributes attributes)
    {
        WriteUnwritten();
        var task = run.Task!;
        attributes.ScheduledEventId = task.ScheduledEventId;
        attributes.StartedEventId = task.StartedEventId;
        run.Record.WorkflowTask = null;
        run.Record.NextAttempt = 1;
        run.Changes.Touched = true;
        run.Changes.Visible |= run.Record.ReportedProblems.Count > 0;
        run.Record.ReportedProblems.Clear();
        run.Record.Transition = null;
        run.Record.VersioningOverride = run.Record.VersioningOverride is { OneTime: not null } ? null : run.Record.VersioningOverride;
        var e = run.NewEvent(EventType.WorkflowTaskCompleted);
        e.WorkflowTaskCompletedEventAttributes = attributes;
        return run.Add(e).EventId;
    }

    /// <summary>Takes a speculative task back as if it had never been.</summary>
    public void DropSpeculative()
    {
        run.Record.WorkflowTask = null;
        run.Changes.Touched = true;
    }

    /// <summary>The worker failed the task, or its answer was refused. Schedules the next attempt while the run is open.</summary>
    public void Fail(
        WorkflowTaskFailedCause cause,
        FailureMessage? failure,
        string identity,
        bool reschedule = true,
        string binaryChecksum = "",
        WorkerVersionStamp? version = null
    )
    {
        var task = run.Task!;
        if (task.Speculative)
        {
            WriteUnwritten();
        }

        if (!task.Transient)
        {
            var e = run.NewEvent(EventType.WorkflowTaskFailed);
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
            run.Add(e);
        }

        NoteProblem("WorkflowTaskFailed", $"WorkflowTaskFailedCause{cause}");
        EndAttempt(reschedule, startOver: cause == WorkflowTaskFailedCause.ResetWorkflow);
    }

    /// <summary>The task was not taken from its sticky queue, or not answered in time.</summary>
    public void TimeOut(TimeoutType type)
    {
        var task = run.Task!;
        var untaken = task.Speculative && type == TimeoutType.ScheduleToStart;
        if (task.Speculative)
        {
            WriteUnwritten();
        }

        if (!task.Transient)
        {
            var e = run.NewEvent(EventType.WorkflowTaskTimedOut);
            e.WorkflowTaskTimedOutEventAttributes = new WorkflowTaskTimedOutEventAttributes
            {
                ScheduledEventId = task.ScheduledEventId,
                StartedEventId = task.StartedEventId,
                TimeoutType = type,
            };
            run.Add(e);
        }

        NoteProblem("WorkflowTaskTimedOut", $"WorkflowTaskTimedOutCause{type}");
        EndAttempt(reschedule: true, startOver: untaken);
    }

    /// <summary>Forgets the sticky queue; an unstarted task on it moves to the normal queue.</summary>
    public void ClearSticky()
    {
        run.Record.StickyQueue = "";
        run.Record.StickyTimeout = null;
        run.Changes.Touched = true;
        if (run.Task is { Sticky: true, StartedEventId: 0 } task)
        {
            task.Sticky = false;
            task.Queue = run.Start.TaskQueue.Name;
        }
    }

    /// <summary>The queue of the task as its events and answers name it.</summary>
    private TaskQueue TaskQueueOf(WorkflowTaskRecord task) =>
        task.Sticky
            ? new TaskQueue
            {
                Name = task.Queue,
                Kind = TaskQueueKind.Sticky,
                NormalName = run.Start.TaskQueue.Name,
            }
            : new TaskQueue { Name = task.Queue, Kind = TaskQueueKind.Normal };

    /// <summary>When time alone ends the task; null for never, and when there is none.</summary>
    public DateTimeOffset? Due()
    {
        if (run.Task is not { } task)
        {
            return null;
        }

        if (task.StartedEventId > 0)
        {
            _startedAwake ??= awake.At(task.StartedTime.Time());
            return awake.Wall(_startedAwake.Value + task.Timeout.Span());
        }

        if (task is { Speculative: true, Sticky: false })
        {
            return task.ScheduledTime.Time() + SpeculativeTimeout;
        }

        return task.Sticky && run.Record.StickyTimeout.IsPositive() ? task.ScheduledTime.Time() + run.Record.StickyTimeout.Span() : null;
    }

    /// <summary>From the fifth failure in a row on, lists and descriptions show why tasks fail.</summary>
    private void NoteProblem(string category, string cause)
    {
        if (run.Task!.Attempt < AttemptsUntilReported || UsesStickyQueue)
        {
            return;
        }

        run.Record.ReportedProblems.Clear();
        run.Record.ReportedProblems.Add("category=" + category);
        run.Record.ReportedProblems.Add("cause=" + cause);
        run.Changes.Visible = true;
    }

    private void EndAttempt(bool reschedule, bool startOver = false)
    {
        run.Record.WorkflowTask = null;
        run.Changes.Touched = true;
        if (UsesStickyQueue)
        {
            ClearSticky();
        }
        else
        {
            run.Record.NextAttempt++;
        }

        if (run.FlushBuffered() || startOver)
        {
            run.Record.NextAttempt = 1;
        }

        if (reschedule && run is { IsOpen: true, IsPaused: false })
        {
            Schedule();
        }
    }

    private void WriteScheduled()
    {
        var task = run.Task!;
        task.Attempt = 1;
        task.Transient = false;
        task.Speculative = false;
        run.Record.NextAttempt = 1;
        task.ScheduledEventId = run.Add(ScheduledEvent(task)).EventId;
        run.Changes.Touched = true;
    }

    /// <summary>Writes the events of the task that are still missing: from here on it is part of history.</summary>
    /// <param name="withIdentity">False where a task for updates alone becomes a normal one: as the real server writes it then.</param>
    public void WriteUnwritten(bool withIdentity = true)
    {
        var task = run.Task!;
        if (task.Transient || task.Speculative)
        {
            var scheduled = ScheduledEvent(task);
            if (task.StartedEventId > 0)
            {
                // Before the time at which it was started.
                scheduled.EventTime = task.ScheduledTime;
            }

            task.ScheduledEventId = run.Add(scheduled).EventId;
            if (task.StartedEventId > 0)
            {
                var started = StartedEvent(task);
                started.WorkflowTaskStartedEventAttributes.Identity = withIdentity ? task.Identity : "";
                started.WorkflowTaskStartedEventAttributes.WorkerVersion = withIdentity ? task.WorkerVersion : null;
                task.StartedEventId = run.Add(started).EventId;
            }

            task.Transient = false;
            task.Speculative = false;
        }
    }

    private HistoryEvent ScheduledEvent(WorkflowTaskRecord task)
    {
        var e = run.NewEvent(EventType.WorkflowTaskScheduled);
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
        var e = run.NewEvent(EventType.WorkflowTaskStarted);
        e.EventTime = task.StartedTime;
        e.WorkflowTaskStartedEventAttributes = new WorkflowTaskStartedEventAttributes
        {
            ScheduledEventId = task.ScheduledEventId,
            Identity = task.Identity,
            RequestId = task.RequestId,
            SuggestContinueAsNew = task.SuggestContinueAsNew,
            HistorySizeBytes = task.HistorySize,
            WorkerVersion = task.WorkerVersion,
            TargetWorkerDeploymentVersionChanged = task.TargetChanged,
        };
        return e;
    }
}
