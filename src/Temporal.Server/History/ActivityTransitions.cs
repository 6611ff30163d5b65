using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using FailureMessage = Temporalio.Api.Failure.V1.Failure;

namespace Temporal.Server.History;

/// <summary>The transitions of an activity of a run: its attempts, retries, heartbeats, and its end.</summary>
internal static class ActivityTransitions
{
    private static readonly TimeSpan TimerResolution = TimeSpan.FromSeconds(1);

    /// <summary>The activity is to be offered to its queue after the commit.</summary>
    public static void Dispatch(MutableState run, PendingActivity activity)
    {
        if (!activity.Record.Held)
        {
            run.Changes.DispatchActivities.Add(activity.ScheduledEventId);
        }
    }

    /// <summary>The workflow is paused: an activity that no worker has waits until it goes on.</summary>
    public static void Hold(MutableState run, PendingActivity activity)
    {
        activity.Record.Held = true;
        activity.Record.Stamp++;
        run.Changes.DispatchActivities.Remove(activity.ScheduledEventId);
        Touch(run, activity);
    }

    /// <summary>The workflow goes on: an activity that waited for that goes to its queue.</summary>
    public static void Release(MutableState run, PendingActivity activity)
    {
        var record = activity.Record;
        record.Held = false;
        Touch(run, activity);
        if (!record.Paused && !record.WaitsForRetry)
        {
            record.ScheduledTime = run.Now.Stamp();
            Dispatch(run, activity);
        }
    }

    /// <summary>A worker has taken the attempt.</summary>
    public static void Start(MutableState run, PendingActivity activity, string identity, string requestId, WorkerVersionStamp? version)
    {
        var record = activity.Record;
        record.StartedTime = run.Now.Stamp();
        record.StartedIdentity = identity;
        record.LastIdentity = identity;
        record.RequestId = requestId;
        record.WorkerVersion = version;
        activity.NoteStart();
        Touch(run, activity);
    }

    /// <summary>The attempt did not reach its worker: it waits in the queue again.</summary>
    public static void Unstart(MutableState run, PendingActivity activity)
    {
        activity.Record.StartedTime = null;
        activity.Record.StartedIdentity = "";
        activity.Record.RequestId = "";
        Touch(run, activity);
        Dispatch(run, activity);
    }

    public static void RecordHeartbeat(MutableState run, PendingActivity activity, Payloads? details)
    {
        activity.Record.LastHeartbeat = run.Now.Stamp();
        activity.NoteHeartbeat();
        activity.Record.HeartbeatDetails = details;
        Touch(run, activity);
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

    /// <summary>A cancel request met an activity that no worker has: it ends at once.</summary>
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

        // Its place is behind the events of all commands, with what was buffered.
        run.Buffer(e);
    }

    /// <summary>The attempt failed: tries again, or ends the activity.</summary>
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

    /// <summary>A time limit passed: tries again, or ends the activity.</summary>
    public static void TimeOut(MutableState run, PendingActivity activity, TimeoutType type)
    {
        var failure = Failures.Timeout(type, $"activity {Word(type)} timeout");
        var state = Retry(run, activity, failure, activity.Record.StartedIdentity, timedOut: true);
        if (state == RetryState.InProgress)
        {
            return;
        }

        if (state == RetryState.Timeout && type is TimeoutType.StartToClose or TimeoutType.Heartbeat)
        {
            // No time is left for another attempt: it is all attempts together that took too long.
            failure = Failures.Timeout(
                TimeoutType.ScheduleToClose,
                "Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up retrying"
            );
        }

        // The failure of the attempt before explains why it came to this.
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

    /// <summary>Does what time has made due.</summary>
    public static void Elapse(MutableState run, PendingActivity activity, DateTimeOffset now, TimeSpan asleep)
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
            // Of two limits that end together, that of the attempt counts: the real server looks once a second.
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
            Touch(run, activity);
            Dispatch(run, activity);
        }
    }

    /// <summary>An activity that was pending at the point of reset begins again.</summary>
    public static void RescheduleAfterReset(MutableState run, PendingActivity activity)
    {
        activity.Record.ScheduledTime = run.Now.Stamp();
        activity.Record.FirstScheduledTime = activity.Record.ScheduledTime;
        Touch(run, activity);
        Dispatch(run, activity);
    }

    /// <summary>Puts off the activity to its next attempt when its policy allows one.</summary>
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

        // Not the run's time, which stands still after the clock was set back.
        var now = run.WallClock;
        var (state, delay) = RetryPolicies.Next(activity.RetryPolicy, record.Attempt, failure, now, activity.Expiration);
        if (
            record.Paused
            && (state == RetryState.MaximumAttemptsReached || (state == RetryState.Timeout && !RetryPolicies.IsOverallTimeout(failure)))
        )
        {
            // What is paused stays for who paused it, who may reset it or let it try once more; its schedule-to-close limit ends it.
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
        Touch(run, activity);
        return RetryState.InProgress;
    }

    /// <summary>Must follow every change of an activity's record: it is stored, and its due time found anew.</summary>
    public static void Touch(MutableState run, PendingActivity activity)
    {
        activity.NoteChange();
        run.Changes.TouchedActivities.Add(activity.ScheduledEventId);
        run.Changes.Touched = true;
    }

    /// <summary>The started event is written with the end, for the attempt that ended it.</summary>
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
