using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using FailureMessage = Temporalio.Api.Failure.V1.Failure;

namespace Temporal.Server.History;

/// <summary>
/// Schedules, starts and ends a run's workflow tasks. A retry is a transient task, and a task that exists only to deliver updates is a
/// speculative one. Events of transient and speculative tasks are not written to history at first.
/// </summary>
internal sealed class WorkflowTaskStateMachine(MutableState run, AwakeClock awake)
{
    private const long SuggestContinueAsNewBytes = 4 * 1024 * 1024;

    // Attempts have no backoff. Instead, the timeout grows, so that a worker that keeps failing silently is tried less and less often.
    private const int AttemptsWithPlainTimeout = 3;
    private const int AttemptsUntilReported = 5;
    private static readonly TimeSpan FirstTimeoutGrowth = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaximumTimeoutGrowth = TimeSpan.FromMinutes(10);

    // Timeout in the Temporal server for a speculative task until a worker of the normal queue takes it.
    private static readonly TimeSpan SpeculativeTimeout = TimeSpan.FromSeconds(5);

    // Start of the task in awake time. Null for a restored task until it is computed.
    private DateTimeOffset? _startedAwake;

    /// <summary>True while the first task waits for its start delay, cron time or retry interval.</summary>
    public bool InFirstTaskBackoff => run.Record.FirstTaskDue is not null;

    public bool UsesStickyQueue => run.Record.StickyQueue.Length > 0;

    /// <summary>Ensures that a workflow task is scheduled, so that the worker receives the new events.</summary>
    /// <param name="wakes">True to schedule a task even during the first task's backoff, as for a cancel request.</param>
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
            // The written task has another event id than the queued one.
            WriteScheduled();
            run.Changes.DispatchWorkflowTask = true;
        }
    }

    /// <summary>Schedules a workflow task. The run must not already have one.</summary>
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

    /// <summary>Discards an unstarted task before the run is paused. The run gets another one when it is unpaused.</summary>
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

    /// <summary>
    /// Returns the time by which an attempt's timeout is extended. The extension is 4 to 5 seconds for the fourth attempt, and doubles with
    /// each later attempt, up to 10 minutes.
    /// </summary>
    private TimeSpan TimeoutGrowth(int attempt)
    {
        if (attempt <= AttemptsWithPlainTimeout)
        {
            return TimeSpan.Zero;
        }

        var most = FirstTimeoutGrowth * Math.Pow(2, Math.Min(20, attempt - AttemptsWithPlainTimeout - 1));
        most = most < MaximumTimeoutGrowth ? most : MaximumTimeoutGrowth;

        // Jitter, so that runs that failed for the same reason do not retry together. Derived from the run id to be deterministic.
        var spread = run.RunId.Sum(c => c) % 100 / 100.0;
        return most * (0.8 + (0.2 * spread));
    }

    /// <summary>Records that a worker has started the task.</summary>
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

    /// <summary>
    /// Returns the events of a task that is not yet written to history, in the form in which clients that read the history see them.
    /// </summary>
    public IReadOnlyList<HistoryEvent> EventsForReaders()
    {
        // A task that was scheduled before the last event gets another id when it is written, and is not shown until then.
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

    /// <summary>
    /// Returns the events of a started task that are not yet written to history, in the form in which the task's worker sees them.
    /// </summary>
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

        // As in the Temporal server, the worker's build is recorded only when the event is written to history.
        started.WorkflowTaskStartedEventAttributes.WorkerVersion = null;
        return [scheduled, started];
    }

    /// <summary>Writes the completed event, after the task's unwritten events.</summary>
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

    /// <summary>Removes a speculative task without writing any event.</summary>
    public void DropSpeculative()
    {
        run.Record.WorkflowTask = null;
        run.Changes.Touched = true;
    }

    /// <summary>
    /// Records that the worker failed the task or that the task's completion was rejected. Schedules the next attempt while the run is
    /// open.
    /// </summary>
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

    /// <summary>
    /// Times out a task that no worker took from the sticky queue in time, or that was not completed in time. Schedules the next attempt.
    /// </summary>
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

    /// <summary>Clears the sticky queue. An unstarted task on it moves to the normal queue.</summary>
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

    /// <summary>Returns the task's queue in the form that events and responses contain.</summary>
    private TaskQueue TaskQueueOf(WorkflowTaskRecord task) =>
        task.Sticky
            ? new TaskQueue
            {
                Name = task.Queue,
                Kind = TaskQueueKind.Sticky,
                NormalName = run.Start.TaskQueue.Name,
            }
            : new TaskQueue { Name = task.Queue, Kind = TaskQueueKind.Normal };

    /// <summary>Time at which the task times out, or null if it has no timeout or no task exists.</summary>
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

    /// <summary>
    /// Records why the run's workflow tasks fail, so that lists and descriptions can show the reason. Has an effect only from the fifth
    /// consecutive failure.
    /// </summary>
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

    /// <summary>Writes the task's unwritten events, which makes the task part of history.</summary>
    /// <param name="withIdentity">False to omit the worker's identity, as the Temporal server does when a speculative task becomes a
    /// normal one.</param>
    public void WriteUnwritten(bool withIdentity = true)
    {
        var task = run.Task!;
        if (task.Transient || task.Speculative)
        {
            var scheduled = ScheduledEvent(task);
            if (task.StartedEventId > 0)
            {
                // Keeps the scheduled time before the start time.
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
