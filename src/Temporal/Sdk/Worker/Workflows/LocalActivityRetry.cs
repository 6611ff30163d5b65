using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Temporalio.Worker.Workflows;

/// <summary>Whether and when a local activity is tried again: by the same rules as the server's for activities.</summary>
internal static class LocalActivityRetry
{
    /// <summary>A longer wait becomes a timer of the workflow, unless the call says otherwise.</summary>
    public static readonly TimeSpan DefaultThreshold = TimeSpan.FromMinutes(1);

    /// <summary>Wait before the next attempt; null when there is none.</summary>
    public static TimeSpan? BackoffAfter(LocalActivityAttempt attempt, Failure failure, DateTime now)
    {
        var policy = attempt.RetryPolicy ?? new();
        if (
            failure.CanceledFailureInfo is not null
            || failure.TimeoutFailureInfo is { TimeoutType: TimeoutType.ScheduleToStart or TimeoutType.ScheduleToClose }
            || failure.ApplicationFailureInfo is { NonRetryable: true }
            || (failure.ApplicationFailureInfo is { } application && policy.NonRetryableErrorTypes.Contains(application.Type))
            || (policy.MaximumAttempts > 0 && attempt.Attempt >= policy.MaximumAttempts)
        )
        {
            return null;
        }

        var wait = failure.ApplicationFailureInfo?.NextRetryDelay?.ToTimeSpan() ?? WaitBy(policy, attempt.Attempt);
        return attempt.ScheduleToCloseTimeout is { } limit && now + wait >= attempt.OriginalScheduleTime + limit ? null : wait;
    }

    private static TimeSpan WaitBy(Api.Common.V1.RetryPolicy policy, int attempt)
    {
        var initial = policy.InitialInterval?.ToTimeSpan() is { Ticks: > 0 } given ? given : TimeSpan.FromSeconds(1);
        var longest = policy.MaximumInterval?.ToTimeSpan() is { Ticks: > 0 } maximum ? maximum : initial * 100;
        var coefficient = policy.BackoffCoefficient >= 1 ? policy.BackoffCoefficient : 2;
        var ticks = initial.Ticks * Math.Pow(coefficient, attempt - 1);
        return ticks < longest.Ticks ? TimeSpan.FromTicks((long)ticks) : longest;
    }
}
