using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Temporalio.Worker.Workflows;

/// <summary>Runs one attempt of a local activity. Retries, the marker and its place in the workflow are the caller's.</summary>
internal interface ILocalActivityExecutor
{
    /// <summary>
    /// Waits for a local activity slot, then runs one attempt. The wait counts against
    /// <see cref="LocalActivityAttempt.ScheduleToStartTimeout"/> and the
    /// schedule-to-close deadline, the run against start-to-close. Never throws; a fault of the activity is an outcome.
    /// </summary>
    /// <param name="attempt">What to run.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the workflow cancels the activity (the activity sees the reason "cancel requested"); also when the run is evicted,
    /// then the outcome is ignored.
    /// </param>
    Task<LocalActivityOutcome> ExecuteAsync(LocalActivityAttempt attempt, CancellationToken cancellationToken);
}

/// <summary>One attempt of a local activity.</summary>
internal sealed record LocalActivityAttempt
{
    public required string ActivityId { get; init; }

    public required string ActivityType { get; init; }

    /// <summary>Arguments, already decoded by the payload codec.</summary>
    public required IReadOnlyCollection<Payload> Arguments { get; init; }

    public required IReadOnlyDictionary<string, Payload> Headers { get; init; }

    /// <summary>Counted from 1, over all attempts of this local activity.</summary>
    public required int Attempt { get; init; }

    public required string WorkflowId { get; init; }

    public required string RunId { get; init; }

    public required string WorkflowType { get; init; }

    public required string TaskQueue { get; init; }

    /// <summary>When the workflow scheduled it for the first time.</summary>
    public required DateTime OriginalScheduleTime { get; init; }

    /// <summary>When this attempt was scheduled.</summary>
    public required DateTime CurrentAttemptScheduledTime { get; init; }

    public TimeSpan? ScheduleToCloseTimeout { get; init; }

    public TimeSpan? ScheduleToStartTimeout { get; init; }

    public TimeSpan? StartToCloseTimeout { get; init; }

    public RetryPolicy? RetryPolicy { get; init; }
}

/// <summary>
/// How an attempt ended: result, failure (application or timeout), or cancelled. Payloads are not yet encoded by the payload codec.
/// </summary>
internal sealed record LocalActivityOutcome
{
    /// <summary>Result; null when there is a failure. A method without result has an empty list.</summary>
    public Payloads? Result { get; init; }

    /// <summary>
    /// Application failure, timeout failure (its <c>TimeoutFailureInfo</c> says which) or cancelled failure, made by the failure converter.
    /// </summary>
    public Failure? Failure { get; init; }
}
