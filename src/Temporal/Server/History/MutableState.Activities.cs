using Temporal.Server.Common;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using FailureMessage = Temporalio.Api.Failure.V1.Failure;

namespace Temporal.Server.History;

/// <summary>The activities of a run: attempts, retries, heartbeats, ends.</summary>
internal sealed partial class MutableState
{
    /// <summary>The activity is to be offered to its queue after the commit.</summary>
    public void DispatchActivity(PendingActivity activity) => Changes.DispatchActivities.Add(activity.ScheduledEventId);

    /// <summary>A worker has taken the attempt.</summary>
    public void StartActivity(PendingActivity activity, string identity, string requestId, WorkerVersionStamp? version)
    {
        var record = activity.Record;
        record.StartedTime = Now.Stamp();
        record.StartedIdentity = identity;
        record.LastIdentity = identity;
        record.RequestId = requestId;
        record.WorkerVersion = version;
        activity.NoteStart();
        Touch(activity);
    }

    /// <summary>The attempt did not reach its worker: it waits in the queue again.</summary>
    public void UnstartActivity(PendingActivity activity)
    {
        activity.Record.StartedTime = null;
        activity.Record.StartedIdentity = "";
        activity.Record.RequestId = "";
        Touch(activity);
        DispatchActivity(activity);
    }

    public void RecordHeartbeat(PendingActivity activity, Payloads? details)
    {
        activity.Record.LastHeartbeat = Now.Stamp();
        activity.NoteHeartbeat();
        activity.Record.HeartbeatDetails = details;
        Touch(activity);
    }

    public void CompleteActivity(PendingActivity activity, Payloads? result, string identity)
    {
        var started = WriteActivityStarted(activity);
        var e = NewEvent(EventType.ActivityTaskCompleted);
        e.ActivityTaskCompletedEventAttributes = new ActivityTaskCompletedEventAttributes
        {
            Result = result,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = started,
            Identity = identity,
        };
        AddOrBuffer(e);
        EnsureWorkflowTask();
    }

    public void CancelActivity(PendingActivity activity, Payloads? details, string identity)
    {
        var started = activity.IsStarted ? WriteActivityStarted(activity) : 0;
        var e = NewEvent(EventType.ActivityTaskCanceled);
        e.ActivityTaskCanceledEventAttributes = new ActivityTaskCanceledEventAttributes
        {
            Details = details,
            LatestCancelRequestedEventId = activity.CancelRequestedEventId,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = started,
            Identity = identity,
        };
        AddOrBuffer(e);
        EnsureWorkflowTask();
    }

    /// <summary>A cancel request met an activity that no worker has: it ends at once.</summary>
    public void CancelUnstartedActivity(PendingActivity activity, Payloads details, string identity)
    {
        var e = NewEvent(EventType.ActivityTaskCanceled);
        e.ActivityTaskCanceledEventAttributes = new ActivityTaskCanceledEventAttributes
        {
            Details = details,
            LatestCancelRequestedEventId = activity.CancelRequestedEventId,
            ScheduledEventId = activity.ScheduledEventId,
            Identity = identity,
        };

        // Its place is behind the events of all commands, with what was buffered.
        Buffered.Add(e);
        Changes.NewBuffered.Add(e);
        Apply(e);
    }

    /// <summary>The attempt failed: tries again, or ends the activity.</summary>
    public void FailActivity(PendingActivity activity, FailureMessage? failure, string identity)
    {
        var state = RetryActivity(activity, failure, identity);
        if (state == RetryState.InProgress)
        {
            return;
        }

        var started = WriteActivityStarted(activity);
        var e = NewEvent(EventType.ActivityTaskFailed);
        e.ActivityTaskFailedEventAttributes = new ActivityTaskFailedEventAttributes
        {
            Failure = failure,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = started,
            Identity = identity,
            RetryState = state,
        };
        AddOrBuffer(e);
        EnsureWorkflowTask();
    }

    /// <summary>A time limit passed: tries again, or ends the activity.</summary>
    public void TimeOutActivity(PendingActivity activity, TimeoutType type)
    {
        var failure = Failures.Timeout(type, $"activity {Word(type)} timeout");
        var state = RetryActivity(activity, failure, activity.Record.StartedIdentity, timedOut: true);
        if (state == RetryState.InProgress)
        {
            return;
        }

        if (state == RetryState.Timeout && type is TimeoutType.StartToClose or TimeoutType.Heartbeat)
        {
            // No time is left for another attempt: it is all attempts together that took too long.
            failure = Failures.Timeout(TimeoutType.ScheduleToClose, $"activity {Word(TimeoutType.ScheduleToClose)} timeout");
        }

        // The failure of the attempt before explains why it came to this.
        failure.Cause = activity.Record.LastFailure;
        failure.TimeoutFailureInfo.LastHeartbeatDetails = activity.Record.HeartbeatDetails;

        var started = activity.IsStarted ? WriteActivityStarted(activity) : 0;
        var e = NewEvent(EventType.ActivityTaskTimedOut);
        e.ActivityTaskTimedOutEventAttributes = new ActivityTaskTimedOutEventAttributes
        {
            Failure = failure,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = started,
            RetryState = state,
        };
        AddOrBuffer(e);
        EnsureWorkflowTask();
    }

    /// <summary>Puts off the activity to its next attempt when its policy allows one.</summary>
    private RetryState RetryActivity(PendingActivity activity, FailureMessage? failure, string identity, bool timedOut = false)
    {
        if (activity.Record.CancelRequested)
        {
            return RetryState.CancelRequested;
        }

        var record = activity.Record;

        // Not the run's time, which stands still after the clock was set back.
        var now = time.GetUtcNow();
        var (state, delay) = RetryPolicies.Next(activity.RetryPolicy, record.Attempt, failure, now, activity.Expiration);
        if (record.Paused && state is RetryState.MaximumAttemptsReached or RetryState.Timeout)
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
        Touch(activity);
        return RetryState.InProgress;
    }

    /// <summary>Must follow every change of an activity's record: it is stored, and its due time found anew.</summary>
    public void Touch(PendingActivity activity)
    {
        activity.NoteChange();
        Changes.TouchedActivities.Add(activity.ScheduledEventId);
        Changes.Touched = true;
    }

    /// <summary>The started event is written with the end, for the attempt that ended it.</summary>
    private long WriteActivityStarted(PendingActivity activity)
    {
        var record = activity.Record;
        var e = NewEvent(EventType.ActivityTaskStarted);
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
        return AddOrBuffer(e).EventId;
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
