using Temporalio.Common;

namespace Orchestrator.Workflows.Calls;

/// <summary>Options of the activities. All are retried without limit, because each does only what is still missing; what can't succeed
/// fails with a non-retryable failure.</summary>
internal static class ActivityDefaults
{
    /// <summary>An activity that answers within minutes and is never interrupted.</summary>
    public static ActivityOptions Short(string queue) =>
        new()
        {
            TaskQueue = queue,
            StartToCloseTimeout = TimeSpan.FromMinutes(10),
            HeartbeatTimeout = TimeSpan.FromSeconds(20),
            RetryPolicy = Retry(),
            CancellationToken = CancellationToken.None,
        };

    /// <summary>An activity that runs other people's programs: gates, set-up, agents. Their own limits end them; this one is a far
    /// backstop.</summary>
    /// <param name="queue">Queue of the repository.</param>
    /// <param name="limit">The limit that the activity itself keeps.</param>
    /// <param name="cancellation">Interrupts it; by default nothing does.</param>
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

    /// <summary>The activity ends when the disk is full, in place of being retried: its caller waits.</summary>
    public static ActivityOptions EndingOnFullDisk(this ActivityOptions options)
    {
        options.RetryPolicy = options.RetryPolicy! with { NonRetryableErrorTypes = [FailureTypes.DiskFull] };
        return options;
    }

    /// <summary>Why an activity ended on a full disk; null: it failed for another reason.</summary>
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
