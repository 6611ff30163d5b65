using Google.Protobuf;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using FailureMessage = Temporalio.Api.Failure.V1.Failure;

namespace Temporal.Server.History;

/// <summary>Changes the state of a run's activity when an attempt starts, is retried, sends a heartbeat or ends.</summary>
internal static class ActivityTransitions
{
    private static readonly TimeSpan TimerResolution = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Marks an activity to be queued after the commit. Has no effect on an activity that is held back because the workflow is paused.
    /// </summary>
    public static void Dispatch(MutableState run, PendingActivity activity)
    {
        if (!activity.Record.Held)
        {
            run.Changes.DispatchActivities.Add(activity.ScheduledEventId);
        }
    }

    /// <summary>Holds an unstarted activity back while the workflow is paused.</summary>
    public static void HoldBack(MutableState run, PendingActivity activity)
    {
        activity.Record.Held = true;
        activity.Record.Stamp++;
        run.Changes.DispatchActivities.Remove(activity.ScheduledEventId);
        MarkChanged(run, activity);
    }

    /// <summary>Queues a held activity again after the workflow was unpaused.</summary>
    public static void Release(MutableState run, PendingActivity activity)
    {
        var record = activity.Record;
        record.Held = false;
        MarkChanged(run, activity);
        if (!record.Paused && !record.WaitsForRetry)
        {
            record.ScheduledTime = run.Now.Stamp();
            Dispatch(run, activity);
        }
    }

    /// <summary>Records that a worker has started the attempt.</summary>
    public static void Start(MutableState run, PendingActivity activity, ActivityWorkerIdentity starter)
    {
        var record = activity.Record;
        record.StartedTime = run.Now.Stamp();
        record.StartedIdentity = starter.Identity;
        record.LastIdentity = starter.Identity;
        record.RequestId = starter.RequestId;
        record.WorkerVersion = starter.Version;
        record.CommandQueue = starter.CommandQueue;
        activity.NoteStart();
        MarkChanged(run, activity);
    }

    /// <summary>Returns the token by which the worker identifies the started attempt when it reports back.</summary>
    public static ByteString TokenOf(MutableState run, PendingActivity activity) =>
        new TaskToken
        {
            NamespaceId = run.NamespaceId,
            WorkflowId = run.WorkflowId,
            RunId = run.RunId,
            ScheduledEventId = activity.ScheduledEventId,
            Attempt = activity.Record.Attempt,
            Activity = true,
            ActivityId = activity.Scheduled.ActivityId,
            RequestId = activity.Record.RequestId,
        }.ToByteString();

    /// <summary>Returns an attempt to the queue, because it did not reach its worker.</summary>
    public static void ReturnAttemptToQueue(MutableState run, PendingActivity activity)
    {
        activity.Record.StartedTime = null;
        activity.Record.StartedIdentity = "";
        activity.Record.RequestId = "";
        MarkChanged(run, activity);
        Dispatch(run, activity);
    }

    public static void RecordHeartbeat(MutableState run, PendingActivity activity, Payloads? details)
    {
        activity.Record.LastHeartbeat = run.Now.Stamp();
        activity.NoteHeartbeat();
        activity.Record.HeartbeatDetails = details;
        MarkChanged(run, activity);
    }

    public static void Complete(MutableState run, PendingActivity activity, Payloads? result, string identity)
    {
        var started = WriteStarted(run, activity);
        var e = run.NewEvent(EventType.ActivityTaskCompleted);
        e.ActivityTaskCompletedEventAttributes = new ActivityTaskCompletedEventAttributes
        {
            Result = result,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = started,
            Identity = identity,
        };
        run.AddOrBuffer(e);
        run.WorkflowTask.EnsureScheduled();
    }

    public static void Cancel(MutableState run, PendingActivity activity, Payloads? details, string identity)
    {
        var started = activity.IsStarted ? WriteStarted(run, activity) : 0;
        var e = run.NewEvent(EventType.ActivityTaskCanceled);
        e.ActivityTaskCanceledEventAttributes = new ActivityTaskCanceledEventAttributes
        {
            Details = details,
            LatestCancelRequestedEventId = activity.CancelRequestedEventId,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = started,
            Identity = identity,
        };
        run.AddOrBuffer(e);
        run.WorkflowTask.EnsureScheduled();
    }

    /// <summary>Ends an unstarted activity immediately after a cancel request.</summary>
    public static void CancelUnstarted(MutableState run, PendingActivity activity, Payloads details, string identity)
    {
        var e = run.NewEvent(EventType.ActivityTaskCanceled);
        e.ActivityTaskCanceledEventAttributes = new ActivityTaskCanceledEventAttributes
        {
            Details = details,
            LatestCancelRequestedEventId = activity.CancelRequestedEventId,
            ScheduledEventId = activity.ScheduledEventId,
            Identity = identity,
        };

        // The event must follow the events of all commands, together with the buffered events.
        run.Buffer(e);
    }

    /// <summary>Schedules a retry after a failed attempt, or ends the activity.</summary>
    public static void Fail(MutableState run, PendingActivity activity, FailureMessage? failure, string identity)
    {
        var state = Retry(run, activity, failure, identity);
        if (state == RetryState.InProgress)
        {
            return;
        }

        var started = WriteStarted(run, activity);
        var e = run.NewEvent(EventType.ActivityTaskFailed);
        e.ActivityTaskFailedEventAttributes = new ActivityTaskFailedEventAttributes
        {
            Failure = failure,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = started,
            Identity = identity,
            RetryState = state,
        };
        run.AddOrBuffer(e);
        run.WorkflowTask.EnsureScheduled();
    }

    /// <summary>Schedules a retry after a time limit has expired, or ends the activity.</summary>
    public static void TimeOut(MutableState run, PendingActivity activity, TimeoutType type)
    {
        var failure = ServerFailureFactory.Timeout(type, $"activity {Word(type)} timeout");
        var state = Retry(run, activity, failure, activity.Record.StartedIdentity, timedOut: true);
        if (state == RetryState.InProgress)
        {
            return;
        }

        if (state == RetryState.Timeout && type is TimeoutType.StartToClose or TimeoutType.Heartbeat)
        {
            // No time is left for another attempt, so the limit for all attempts together has been exceeded.
            failure = ServerFailureFactory.Timeout(
                TimeoutType.ScheduleToClose,
                "Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up retrying"
            );
        }

        // The failure of the previous attempt explains the timeout.
        failure.Cause = activity.Record.LastFailure;
        failure.TimeoutFailureInfo.LastHeartbeatDetails = activity.Record.HeartbeatDetails;

        var started = activity.IsStarted ? WriteStarted(run, activity) : 0;
        var e = run.NewEvent(EventType.ActivityTaskTimedOut);
        e.ActivityTaskTimedOutEventAttributes = new ActivityTaskTimedOutEventAttributes
        {
            Failure = failure,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = started,
            RetryState = state,
        };
        run.AddOrBuffer(e);
        run.WorkflowTask.EnsureScheduled();
    }

    /// <summary>Applies the activity's transition that is due: a timeout or the end of a retry interval.</summary>
    public static void ApplyDueTransitions(MutableState run, PendingActivity activity, DateTimeOffset now, TimeSpan asleep)
    {
        if (
            activity is { IsStarted: false, Record.WaitsForRetry: false, Record.Paused: false }
            && activity.ScheduleToStart > TimeSpan.Zero
            && activity.ScheduledTime + activity.ScheduleToStart <= now
        )
        {
            TimeOut(run, activity, TimeoutType.ScheduleToStart);
        }
        else if (activity.Expiration is { } end && end <= now)
        {
            // If two limits end together, the attempt's limit takes precedence, because the Temporal server checks only once a second.
            var attempt = activity.IsStarted && activity.StartToCloseDue(asleep) <= end + TimerResolution;
            TimeOut(run, activity, attempt ? TimeoutType.StartToClose : TimeoutType.ScheduleToClose);
        }
        else if (activity.IsStarted)
        {
            TimeOut(run, activity, activity.StartToCloseDue(asleep) <= now ? TimeoutType.StartToClose : TimeoutType.Heartbeat);
        }
        else if (activity.Record.WaitsForRetry)
        {
            activity.Record.WaitsForRetry = false;
            MarkChanged(run, activity);
            Dispatch(run, activity);
        }
    }

    /// <summary>Reschedules an activity that was pending at the reset point.</summary>
    public static void RescheduleAfterReset(MutableState run, PendingActivity activity)
    {
        activity.Record.ScheduledTime = run.Now.Stamp();
        activity.Record.FirstScheduledTime = activity.Record.ScheduledTime;
        MarkChanged(run, activity);
        Dispatch(run, activity);
    }

    /// <summary>Schedules the next attempt if the retry policy allows one.</summary>
    private static RetryState Retry(
        MutableState run,
        PendingActivity activity,
        FailureMessage? failure,
        string identity,
        bool timedOut = false
    )
    {
        if (activity.Record.CancelRequested)
        {
            return RetryState.CancelRequested;
        }

        var record = activity.Record;

        // Uses the clock, because the run's own time would not advance after the clock was set back.
        var now = run.WallClock;
        var (state, delay) = RetryPolicies.Next(activity.RetryPolicy, record.Attempt, failure, now, activity.Expiration);
        if (
            record.Paused
            && (state == RetryState.MaximumAttemptsReached || (state == RetryState.Timeout && !RetryPolicies.IsOverallTimeout(failure)))
        )
        {
            // A paused activity is retained so that an operator can reset or retry it; only its schedule-to-close limit ends it.
            (state, delay) = (RetryState.InProgress, TimeSpan.Zero);
        }

        if (state != RetryState.InProgress)
        {
            return state;
        }

        record.Attempt++;
        if (record.ResetHeartbeats)
        {
            record.HeartbeatDetails = null;
        }

        record.ResetRequested = false;
        record.ResetHeartbeats = false;
        record.LastFailure = failure;
        record.LastIdentity = identity;
        record.LastAttemptComplete = timedOut ? null : now.Stamp();
        record.RetryInterval = delay.AsDuration();
        record.ScheduledTime = (now + delay).Stamp();
        record.StartedTime = null;
        record.StartedIdentity = "";
        record.RequestId = "";
        record.WaitsForRetry = true;
        record.Stamp++;
        MarkChanged(run, activity);
        return RetryState.InProgress;
    }

    /// <summary>
    /// Marks an activity's record as changed, so that the record is stored and the activity's due time is recomputed. Must be called after
    /// every change to the record.
    /// </summary>
    public static void MarkChanged(MutableState run, PendingActivity activity)
    {
        activity.NoteChange();
        run.Changes.TouchedActivities.Add(activity.ScheduledEventId);
        run.Changes.Touched = true;
    }

    /// <summary>Writes the started event of the attempt that ended the activity. Earlier attempts leave no events.</summary>
    private static long WriteStarted(MutableState run, PendingActivity activity)
    {
        var record = activity.Record;
        var e = run.NewEvent(EventType.ActivityTaskStarted);
        e.EventTime = (record.StartedTime ?? e.EventTime).Clone();
        e.ActivityTaskStartedEventAttributes = new ActivityTaskStartedEventAttributes
        {
            ScheduledEventId = activity.ScheduledEventId,
            Identity = record.StartedIdentity,
            RequestId = record.RequestId,
            Attempt = record.Attempt,
            LastFailure = record.LastFailure,
            WorkerVersion = record.WorkerVersion,
        };
        return run.AddOrBuffer(e).EventId;
    }

    private static string Word(TimeoutType type) =>
        type switch
        {
            TimeoutType.StartToClose => "StartToClose",
            TimeoutType.ScheduleToStart => "ScheduleToStart",
            TimeoutType.ScheduleToClose => "ScheduleToClose",
            _ => "Heartbeat",
        };
}
