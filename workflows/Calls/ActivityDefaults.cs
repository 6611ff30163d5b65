using Temporalio.Common;

namespace Orchestrator.Workflows.Calls;

/// <summary>
/// Options for activities. All activities are idempotent and retried without limit. An activity that can't succeed fails with a
/// non-retryable failure.
/// </summary>
internal static class ActivityDefaults
{
    /// <summary>Returns options for an activity that completes within minutes and is never interrupted.</summary>
    public static ActivityOptions ShortActivity(string queue) =>
        new()
        {
            TaskQueue = queue,
            StartToCloseTimeout = TimeSpan.FromMinutes(10),
            HeartbeatTimeout = TimeSpan.FromSeconds(20),
            RetryPolicy = Retry(),
            CancellationToken = CancellationToken.None,
        };

    /// <summary>
    /// Returns options for an activity that runs other programs, such as gates, set-up or agents. The activity enforces its own time limit;
    /// the timeout in these options is only a generous backstop.
    /// </summary>
    /// <param name="queue">Task queue of the repository.</param>
    /// <param name="limit">Time limit that the activity itself enforces.</param>
    /// <param name="cancellation">Interrupts the activity when cancelled. Default: never.</param>
    public static ActivityOptions Long(string queue, TimeSpan limit, CancellationToken cancellation = default) =>
        new()
        {
            TaskQueue = queue,
            StartToCloseTimeout = limit + TimeSpan.FromDays(2),
            HeartbeatTimeout = TimeSpan.FromSeconds(20),
            RetryPolicy = Retry(),
            CancellationType = ActivityCancellationType.WaitCancellationCompleted,
            CancellationToken = cancellation,
        };

    /// <summary>
    /// Makes the activity fail on a full disk, so that its caller can back off. By default the server would retry the activity.
    /// </summary>
    public static ActivityOptions EndingOnFullDisk(this ActivityOptions options)
    {
        options.RetryPolicy = options.RetryPolicy! with { NonRetryableErrorTypes = [FailureTypes.DiskFull] };
        return options;
    }

    /// <summary>Returns the message of an activity that failed on a full disk, or null for other failures.</summary>
    public static string? DiskFull(ActivityFailureException failure) =>
        failure.InnerException is ApplicationFailureException { ErrorType: FailureTypes.DiskFull } full ? full.Message : null;

    private static RetryPolicy Retry() =>
        new()
        {
            InitialInterval = TimeSpan.FromSeconds(1),
            BackoffCoefficient = 2,
            MaximumInterval = TimeSpan.FromSeconds(30),
            MaximumAttempts = 0,
        };
}
