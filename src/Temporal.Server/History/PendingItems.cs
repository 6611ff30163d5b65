using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>A pending activity. Consists of its scheduled event and of a record of the state that events do not contain.</summary>
internal sealed class PendingActivity(
    long scheduledEventId,
    ActivityTaskScheduledEventAttributes scheduled,
    ActivityRecord record,
    AwakeClock awake
)
{
    private DateTimeOffset? _startedAwake;
    private DateTimeOffset? _beatAwake;
    private (TimeSpan Asleep, DateTimeOffset? Due)? _due;

    public long ScheduledEventId { get; } = scheduledEventId;

    public ActivityTaskScheduledEventAttributes Scheduled { get; } = scheduled;

    public ActivityRecord Record { get; } = record;

    /// <summary>True if the activity has a row in the database.</summary>
    public bool HasRow { get; set; }

    public long CancelRequestedEventId { get; set; }

    public bool IsStarted => Record.StartedTime is not null;

    public TimeSpan ScheduleToClose => (Record.Options is { } o ? o.ScheduleToCloseTimeout : Scheduled.ScheduleToCloseTimeout).Span();

    public TimeSpan ScheduleToStart => (Record.Options is { } o ? o.ScheduleToStartTimeout : Scheduled.ScheduleToStartTimeout).Span();

    public TimeSpan StartToClose => (Record.Options is { } o ? o.StartToCloseTimeout : Scheduled.StartToCloseTimeout).Span();

    public TimeSpan Heartbeat => (Record.Options is { } o ? o.HeartbeatTimeout : Scheduled.HeartbeatTimeout).Span();

    /// <summary>
    /// Priority with which the activity was scheduled or to which it was last changed, or null for none. Does not include values inherited
    /// from the run.
    /// </summary>
    public Priority? Priority => Record.Options?.Priority ?? Scheduled.Priority;

    public RetryPolicy? RetryPolicy => Record.Options is { } o ? o.RetryPolicy : Scheduled.RetryPolicy;

    public string TaskQueue => Record.Options is { } o && o.TaskQueue is { Name.Length: > 0 } queue ? queue.Name : Scheduled.TaskQueue.Name;

    public DateTimeOffset ScheduledTime => Record.ScheduledTime.Time();

    /// <summary>Deadline for the whole activity including retries, or null for none.</summary>
    public DateTimeOffset? Expiration => ScheduleToClose > TimeSpan.Zero ? Record.FirstScheduledTime.Time() + ScheduleToClose : null;

    /// <summary>Records that the attempt starts now.</summary>
    public void NoteStart() => _startedAwake = awake.Now;

    /// <summary>Records a heartbeat of the attempt.</summary>
    public void NoteHeartbeat() => _beatAwake = awake.Now;

    /// <summary>Discards the cached due time after the record has changed.</summary>
    public void NoteChange() => _due = null;

    /// <summary>
    /// Time of the activity's next change that depends on time alone, such as a timeout, or null for none. Cached until the record changes,
    /// because every change to a run checks all of its activities.
    /// </summary>
    /// <param name="asleep"><see cref="AwakeClock.Asleep"/>. The limits of an attempt use awake time, all other limits wall clock
    /// time.</param>
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

    /// <summary>Deadline of the started attempt, or null for none.</summary>
    public DateTimeOffset? StartToCloseDue(TimeSpan asleep) => StartToClose > TimeSpan.Zero ? StartedAwake + StartToClose + asleep : null;

    private DateTimeOffset? HeartbeatDue(TimeSpan asleep) =>
        Heartbeat > TimeSpan.Zero ? (BeatAwake is { } beat && beat > StartedAwake ? beat : StartedAwake) + Heartbeat + asleep : null;

    // For an attempt that an earlier process started, only the wall clock time is known.
    private DateTimeOffset StartedAwake => _startedAwake ??= awake.At(Record.StartedTime.Time());

    private DateTimeOffset? BeatAwake => Record.LastHeartbeat is { } beat ? _beatAwake ??= awake.At(beat.Time()) : null;
}

/// <summary>A timer that has neither fired nor been canceled.</summary>
internal sealed record PendingTimer(string TimerId, long StartedEventId, DateTimeOffset Due);

/// <summary>A child that was initiated and has not closed.</summary>
internal sealed class PendingChild(long initiatedEventId, StartChildWorkflowExecutionInitiatedEventAttributes initiated)
{
    /// <summary>Placeholder for the started event's id while that event is buffered.</summary>
    public const long StartBuffered = -1;

    public long InitiatedEventId { get; } = initiatedEventId;

    public StartChildWorkflowExecutionInitiatedEventAttributes Initiated { get; } = initiated;

    /// <summary>Started event id: 0 until the start is confirmed, <see cref="StartBuffered"/> while the event is buffered.</summary>
    public long StartedEventId { get; set; }

    public string RunId { get; set; } = "";

    public string TypeName { get; set; } = "";
}
