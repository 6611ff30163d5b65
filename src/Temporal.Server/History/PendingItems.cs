using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>An activity that has not ended: what its scheduled event says and what no event says.</summary>
internal sealed class PendingActivity(long scheduledEventId, ActivityTaskScheduledEventAttributes scheduled, ActivityRecord record)
{
    public long ScheduledEventId { get; } = scheduledEventId;

    public ActivityTaskScheduledEventAttributes Scheduled { get; } = scheduled;

    public ActivityRecord Record { get; } = record;

    /// <summary>The record differs from what is stored.</summary>
    public bool Dirty { get; set; }

    /// <summary>A row of it is stored.</summary>
    public bool HasRow { get; set; }

    public long CancelRequestedEventId { get; set; }

    public bool IsStarted => Record.StartedTime is not null;

    public TimeSpan ScheduleToClose => (Record.Options is { } o ? o.ScheduleToCloseTimeout : Scheduled.ScheduleToCloseTimeout).Span();

    public TimeSpan ScheduleToStart => (Record.Options is { } o ? o.ScheduleToStartTimeout : Scheduled.ScheduleToStartTimeout).Span();

    public TimeSpan StartToClose => (Record.Options is { } o ? o.StartToCloseTimeout : Scheduled.StartToCloseTimeout).Span();

    public TimeSpan Heartbeat => (Record.Options is { } o ? o.HeartbeatTimeout : Scheduled.HeartbeatTimeout).Span();

    public RetryPolicy? RetryPolicy => Record.Options is { } o ? o.RetryPolicy : Scheduled.RetryPolicy;

    public string TaskQueue => Record.Options is { } o && o.TaskQueue is { Name.Length: > 0 } queue ? queue.Name : Scheduled.TaskQueue.Name;

    public DateTimeOffset ScheduledTime => Record.ScheduledTime.Time();

    /// <summary>When all its attempts must have ended; null for never.</summary>
    public DateTimeOffset? Expiration => ScheduleToClose > TimeSpan.Zero ? Record.FirstScheduledTime.Time() + ScheduleToClose : null;

    /// <summary>When something happens to it by time alone.</summary>
    public DateTimeOffset? Due
    {
        get
        {
            var due = Expiration;
            if (IsStarted)
            {
                var started = Record.StartedTime.Time();
                if (StartToClose > TimeSpan.Zero)
                {
                    due = ProtoTime.Earlier(due, started + StartToClose);
                }

                if (Heartbeat > TimeSpan.Zero)
                {
                    due = ProtoTime.Earlier(due, (Record.LastHeartbeat is { } beat && beat.Time() > started ? beat.Time() : started) + Heartbeat);
                }
            }
            else if (!Record.Paused)
            {
                due = Record.WaitsForRetry ? ProtoTime.Earlier(due, ScheduledTime)
                    : ScheduleToStart > TimeSpan.Zero ? ProtoTime.Earlier(due, ScheduledTime + ScheduleToStart) : due;
            }

            return due;
        }
    }
}

/// <summary>A timer that has neither fired nor been cancelled.</summary>
internal sealed record PendingTimer(string TimerId, long StartedEventId, DateTimeOffset Due);

/// <summary>A child that was asked for and has not closed.</summary>
internal sealed class PendingChild(long initiatedEventId, StartChildWorkflowExecutionInitiatedEventAttributes initiated)
{
    public long InitiatedEventId { get; } = initiatedEventId;

    public StartChildWorkflowExecutionInitiatedEventAttributes Initiated { get; } = initiated;

    /// <summary>0 until its start is known; -1 while that event waits in the buffer.</summary>
    public long StartedEventId { get; set; }

    public string RunId { get; set; } = "";

    public string TypeName { get; set; } = "";
}
