namespace Temporalio.Activities;

/// <summary>Why an activity's token was cancelled.</summary>
public enum ActivityCancelReason
{
    /// <summary>It was not.</summary>
    None = 0,

    /// <summary>The server does not know the activity any more.</summary>
    GoneFromServer = 1,

    /// <summary>Cancellation was requested.</summary>
    CancelRequested = 2,

    /// <summary>A time limit passed.</summary>
    Timeout = 3,

    /// <summary>The worker shuts down and its grace is over.</summary>
    WorkerShutdown = 4,

    /// <summary>A heartbeat's details could not be converted.</summary>
    HeartbeatRecordFailure = 5,

    /// <summary>The activity was paused.</summary>
    Paused = 6,

    /// <summary>The activity was reset.</summary>
    Reset = 7,
}

/// <summary>All that holds about an activity's cancellation; several may.</summary>
public class ActivityCancellationDetails
{
    /// <summary>The server does not know the activity any more.</summary>
    public bool IsGoneFromServer { get; init; }

    /// <summary>Cancellation was requested.</summary>
    public bool IsCancelRequested { get; init; }

    /// <summary>A time limit passed.</summary>
    public bool IsTimedOut { get; init; }

    /// <summary>The worker shuts down.</summary>
    public bool IsWorkerShutdown { get; init; }

    /// <summary>A heartbeat's details could not be converted.</summary>
    public bool IsHeartbeatRecordFailure { get; init; }

    /// <summary>The activity was paused.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The activity was reset.</summary>
    public bool IsReset { get; init; }
}

/// <summary>Thrown by an activity that will be completed from elsewhere, by its task token or ids.</summary>
public class CompleteAsyncException : Exceptions.TemporalException
{
    /// <summary>Makes one.</summary>
    public CompleteAsyncException()
        : base("The activity completes asynchronously.") { }
}
