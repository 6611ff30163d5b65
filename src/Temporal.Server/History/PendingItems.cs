using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>An activity that has not ended: what its scheduled event says and what no event says.</summary>
internal sealed class PendingActivity(
    long scheduledEventId,
    ActivityTaskScheduledEventAttributes scheduled,
    ActivityRecord record,
    AwakeTime awake
)
{
    private DateTimeOffset? _startedAwake;
    private DateTimeOffset? _beatAwake;
    private (TimeSpan Asleep, DateTimeOffset? Due)? _due;

    public long ScheduledEventId { get; } = scheduledEventId;

    public ActivityTaskScheduledEventAttributes Scheduled { get; } = scheduled;

    public ActivityRecord Record { get; } = record;

    /// <summary>A row of it is stored.</summary>
    public bool HasRow { get; set; }

    public long CancelRequestedEventId { get; set; }

    public bool IsStarted => Record.StartedTime is not null;

    public TimeSpan ScheduleToClose => (Record.Options is { } o ? o.ScheduleToCloseTimeout : Scheduled.ScheduleToCloseTimeout).Span();

    public TimeSpan ScheduleToStart => (Record.Options is { } o ? o.ScheduleToStartTimeout : Scheduled.ScheduleToStartTimeout).Span();

    public TimeSpan StartToClose => (Record.Options is { } o ? o.StartToCloseTimeout : Scheduled.StartToCloseTimeout).Span();

    public TimeSpan Heartbeat => (Record.Options is { } o ? o.HeartbeatTimeout : Scheduled.HeartbeatTimeout).Span();

    /// <summary>The priority of the activity itself, as scheduled or last changed; null for none.</summary>
    public Priority? Priority => Record.Options?.Priority ?? Scheduled.Priority;

    public RetryPolicy? RetryPolicy => Record.Options is { } o ? o.RetryPolicy : Scheduled.RetryPolicy;

    public string TaskQueue => Record.Options is { } o && o.TaskQueue is { Name.Length: > 0 } queue ? queue.Name : Scheduled.TaskQueue.Name;

    public DateTimeOffset ScheduledTime => Record.ScheduledTime.Time();

    /// <summary>When all its attempts must have ended; null for never.</summary>
    public DateTimeOffset? Expiration => ScheduleToClose > TimeSpan.Zero ? Record.FirstScheduledTime.Time() + ScheduleToClose : null;

    /// <summary>The attempt begins now.</summary>
    public void NoteStart() => _startedAwake = awake.Now;

    /// <summary>The attempt says now that it lives.</summary>
    public void NoteHeartbeat() => _beatAwake = awake.Now;

    /// <summary>The record has changed.</summary>
    public void NoteChange() => _due = null;

    /// <summary>
    /// When something happens to it by time alone. Kept until the record changes: every change of a run asks all its activities.
    /// </summary>
    /// <param name="asleep"><see cref="AwakeTime.Asleep"/>: the limits of an attempt count time awake, all others the time of the
    /// clock.</param>
    public DateTimeOffset? Due(TimeSpan asleep)
    {
        if (_due is not { } known || known.Asleep != asleep)
        {
            _due = known = (asleep, FindDue(asleep));
        }

        return known.Due;
    }

    private DateTimeOffset? FindDue(TimeSpan asleep)
    {
        var due = Expiration;
        if (IsStarted)
        {
            due = ProtoTime.Earlier(due, StartToCloseDue(asleep));
            return ProtoTime.Earlier(due, HeartbeatDue(asleep));
        }

        if (Record.Paused)
        {
            return due;
        }

        return Record.WaitsForRetry ? ProtoTime.Earlier(due, ScheduledTime)
            : ScheduleToStart > TimeSpan.Zero ? ProtoTime.Earlier(due, ScheduledTime + ScheduleToStart)
            : due;
    }

    /// <summary>When the started attempt must have ended; null for never.</summary>
    public DateTimeOffset? StartToCloseDue(TimeSpan asleep) => StartToClose > TimeSpan.Zero ? StartedAwake + StartToClose + asleep : null;

    private DateTimeOffset? HeartbeatDue(TimeSpan asleep) =>
        Heartbeat > TimeSpan.Zero ? (BeatAwake is { } beat && beat > StartedAwake ? beat : StartedAwake) + Heartbeat + asleep : null;

    // Of an attempt that an earlier process started only the wall clock's time is known.
    private DateTimeOffset StartedAwake => _startedAwake ??= awake.At(Record.StartedTime.Time());

    private DateTimeOffset? BeatAwake => Record.LastHeartbeat is { } beat ? _beatAwake ??= awake.At(beat.Time()) : null;
}

/// <summary>A timer that has neither fired nor been cancelled.</summary>
internal sealed record PendingTimer(string TimerId, long StartedEventId, DateTimeOffset Due);

/// <summary>A child that was asked for and has not closed.</summary>
internal sealed class PendingChild(long initiatedEventId, StartChildWorkflowExecutionInitiatedEventAttributes initiated)
{
    /// <summary>In place of the started event's id while that event waits in the buffer.</summary>
    public const long StartBuffered = -1;

    public long InitiatedEventId { get; } = initiatedEventId;

    public StartChildWorkflowExecutionInitiatedEventAttributes Initiated { get; } = initiated;

    /// <summary>0 until its start is known; <see cref="StartBuffered"/> while that event waits in the buffer.</summary>
    public long StartedEventId { get; set; }

    public string RunId { get; set; } = "";

    public string TypeName { get; set; } = "";
}
