using Temporalio.Common;

namespace Temporalio.Workflows;

/// <summary>How an activity is called. <see cref="StartToCloseTimeout"/> or <see cref="ScheduleToCloseTimeout"/> must be set.</summary>
public class ActivityOptions : ICloneable
{
    /// <summary>
    /// Id, unique among the activities of the run; default: their number, counted from 1. Leave it alone without a strong reason.
    /// </summary>
    public string? ActivityId { get; set; }

    /// <summary>Token that cancels the call; default: the workflow's.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>What a cancelled call does.</summary>
    public ActivityCancellationType CancellationType { get; set; }

    /// <summary>Whether the server must not hand the activity back at once to the worker that scheduled it.</summary>
    public bool DisableEagerActivityExecution { get; set; }

    /// <summary>Longest time between two heartbeats; needed so that a running activity hears of cancellation.</summary>
    public TimeSpan? HeartbeatTimeout { get; set; }

    /// <summary>Place among other work of the task queue.</summary>
    public Priority? Priority { get; set; }

    /// <summary>Retries; default: the server's (for ever, 1 s doubling to 100 s).</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>Longest time for all attempts together.</summary>
    public TimeSpan? ScheduleToCloseTimeout { get; set; }

    /// <summary>Longest wait for a worker. A timeout here is not retried.</summary>
    public TimeSpan? ScheduleToStartTimeout { get; set; }

    /// <summary>Longest time for one attempt.</summary>
    public TimeSpan? StartToCloseTimeout { get; set; }

    /// <summary>One line for people, shown by tools.</summary>
    public string? Summary { get; set; }

    /// <summary>Task queue; default: the workflow's.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>Version wish (build-id versioning of old).</summary>
    public VersioningIntent VersioningIntent { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>
/// How a local activity is called. <see cref="StartToCloseTimeout"/> or <see cref="ScheduleToCloseTimeout"/> must be set.
/// </summary>
public class LocalActivityOptions : ICloneable
{
    /// <summary>Id, unique among the activities of the run; default: their number, counted from 1.</summary>
    public string? ActivityId { get; set; }

    /// <summary>Token that cancels the call; default: the workflow's.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>What a cancelled call does.</summary>
    public ActivityCancellationType CancellationType { get; set; }

    /// <summary>A longer wait before a retry becomes a timer of the workflow; default: one minute.</summary>
    public TimeSpan? LocalRetryThreshold { get; set; }

    /// <summary>Retries; default: for ever, 1 s doubling to 100 s.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>Longest time for all attempts together.</summary>
    public TimeSpan? ScheduleToCloseTimeout { get; set; }

    /// <summary>Longest wait for a slot of the worker.</summary>
    public TimeSpan? ScheduleToStartTimeout { get; set; }

    /// <summary>Longest time for one attempt.</summary>
    public TimeSpan? StartToCloseTimeout { get; set; }

    /// <summary>One line for people, shown by tools.</summary>
    public string? Summary { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}
