using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using FailureMessage = Temporalio.Api.Failure.V1.Failure;

namespace Temporal.Server.History;

/// <summary>Computes retries and their delays as Temporal does. Has no state.</summary>
internal static class RetryPolicies
{
    private static readonly TimeSpan DefaultInitialInterval = TimeSpan.FromSeconds(1);
    private const double DefaultCoefficient = 2;
    private const int DefaultMaximumFactor = 100;

    /// <summary>
    /// Fills in the missing fields of a retry policy. Defaults: an initial interval of 1 second, a backoff coefficient of 2, and a maximum
    /// interval of 100 times the initial interval.
    /// </summary>
    public static RetryPolicy WithDefaults(RetryPolicy? given)
    {
        var policy = given?.Clone() ?? new RetryPolicy();
        if (!policy.InitialInterval.IsPositive())
        {
            policy.InitialInterval = DefaultInitialInterval.AsDuration();
        }

        if (policy.BackoffCoefficient == 0)
        {
            policy.BackoffCoefficient = DefaultCoefficient;
        }

        if (!policy.MaximumInterval.IsPositive())
        {
            policy.MaximumInterval = (policy.InitialInterval.Span() * DefaultMaximumFactor).AsDuration();
        }

        return policy;
    }

    /// <summary>Returns the error message for an invalid retry policy, or null if the policy is valid.</summary>
    public static string? Fault(RetryPolicy? policy)
    {
        if (policy is null)
        {
            return null;
        }

        if (policy.MaximumAttempts == 1)
        {
            return null;
        }

        if (policy.InitialInterval.IsNegative())
        {
            return "invalid InitialInterval set on retry policy: negative duration";
        }

        if (policy.BackoffCoefficient is < 1 and not 0)
        {
            return "BackoffCoefficient cannot be less than 1 on retry policy.";
        }

        if (policy.MaximumInterval.IsNegative())
        {
            return "invalid MaximumInterval set on retry policy: negative duration";
        }

        if (policy.MaximumInterval.IsPositive() && policy.MaximumInterval.Span() < policy.InitialInterval.Span())
        {
            return "MaximumInterval cannot be less than InitialInterval on retry policy.";
        }

        const string TimeoutPrefix = "TemporalTimeout:";
        if (
            policy.NonRetryableErrorTypes.FirstOrDefault(t =>
                t.StartsWith(TimeoutPrefix, StringComparison.Ordinal) && !Enum.TryParse<TimeoutType>(t[TimeoutPrefix.Length..], out _)
            ) is
            { } unknown
        )
        {
            return $"Invalid timeout type value: {unknown[TimeoutPrefix.Length..]}.";
        }

        return policy.MaximumAttempts < 0 ? "MaximumAttempts cannot be negative on retry policy." : null;
    }

    /// <summary>Decides whether another attempt follows a failed one and, if so, after what delay.</summary>
    /// <param name="attempt">Number of the failed attempt, from 1.</param>
    /// <param name="expiration">Latest start time of the next attempt, or null if there is no limit.</param>
    /// <returns>IN_PROGRESS with the delay, or the reason against another attempt.</returns>
    public static (RetryState State, TimeSpan Delay) Next(
        RetryPolicy? policy,
        int attempt,
        FailureMessage? failure,
        DateTimeOffset now,
        DateTimeOffset? expiration
    )
    {
        if (policy is null)
        {
            return (RetryState.RetryPolicyNotSet, default);
        }

        if (IsOverallTimeout(failure))
        {
            return (RetryState.Timeout, default);
        }

        if (!IsRetryable(failure, policy.NonRetryableErrorTypes))
        {
            return (RetryState.NonRetryableFailure, default);
        }

        if (policy.MaximumAttempts > 0 && attempt >= policy.MaximumAttempts)
        {
            return (RetryState.MaximumAttemptsReached, default);
        }

        var delay = failure?.ApplicationFailureInfo?.NextRetryDelay is { } asked ? asked.Span() : Interval(policy, attempt);
        return expiration is { } end && now + delay > end ? (RetryState.Timeout, default) : (RetryState.InProgress, delay);
    }

    /// <summary>Delay between the end of the specified attempt and the next one.</summary>
    public static TimeSpan Interval(RetryPolicy policy, int attempt)
    {
        var initial = policy.InitialInterval.IsPositive() ? policy.InitialInterval.Span() : DefaultInitialInterval;
        var maximum = policy.MaximumInterval.IsPositive() ? policy.MaximumInterval.Span() : initial * DefaultMaximumFactor;
        var coefficient = policy.BackoffCoefficient == 0 ? DefaultCoefficient : policy.BackoffCoefficient;
        var milliseconds = initial.TotalMilliseconds * Math.Pow(coefficient, attempt - 1);
        return double.IsFinite(milliseconds) && milliseconds < maximum.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : maximum;
    }

    /// <summary>True for a schedule-to-start or schedule-to-close timeout. Another attempt can't avoid such a timeout.</summary>
    public static bool IsOverallTimeout(FailureMessage? failure) =>
        failure?.TimeoutFailureInfo is { TimeoutType: TimeoutType.ScheduleToStart or TimeoutType.ScheduleToClose };

    private static bool IsRetryable(FailureMessage? failure, IEnumerable<string> nonRetryableTypes) =>
        failure?.FailureInfoCase switch
        {
            FailureMessage.FailureInfoOneofCase.TerminatedFailureInfo or FailureMessage.FailureInfoOneofCase.CanceledFailureInfo => false,
            FailureMessage.FailureInfoOneofCase.TimeoutFailureInfo => failure!.TimeoutFailureInfo.TimeoutType
                is TimeoutType.StartToClose
                    or TimeoutType.Heartbeat
                && !nonRetryableTypes.Contains("TemporalTimeout:" + failure.TimeoutFailureInfo.TimeoutType),
            FailureMessage.FailureInfoOneofCase.ServerFailureInfo => !failure!.ServerFailureInfo.NonRetryable,
            FailureMessage.FailureInfoOneofCase.ApplicationFailureInfo => !failure!.ApplicationFailureInfo.NonRetryable
                && !nonRetryableTypes.Contains(failure.ApplicationFailureInfo.Type),
            _ => true,
        };
}
