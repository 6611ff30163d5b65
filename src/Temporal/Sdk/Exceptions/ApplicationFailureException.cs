using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Converters;

namespace Temporalio.Exceptions;

/// <summary>A failure of the user's code. Any exception an activity throws arrives as one.</summary>
public class ApplicationFailureException : FailureException
{
    /// <summary>Makes a failure.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="errorType">Kind of error, matched by <see cref="Common.RetryPolicy.NonRetryableErrorTypes" />.</param>
    /// <param name="nonRetryable">Whether retrying is pointless whatever the policy says.</param>
    /// <param name="details">Values for the one who catches it.</param>
    /// <param name="nextRetryDelay">Wait before the next attempt, in place of the policy's.</param>
    /// <param name="category">Benign failures are expected: they are not logged as errors or counted.</param>
    public ApplicationFailureException(
        string message,
        string? errorType = null,
        bool nonRetryable = false,
        IReadOnlyCollection<object?>? details = null,
        TimeSpan? nextRetryDelay = null,
        ApplicationErrorCategory category = ApplicationErrorCategory.Unspecified
    )
        : this(message, null, errorType, nonRetryable, details, nextRetryDelay, category) { }

    /// <summary>Makes a failure with a cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="inner">The cause.</param>
    /// <param name="errorType">Kind of error, matched by <see cref="Common.RetryPolicy.NonRetryableErrorTypes" />.</param>
    /// <param name="nonRetryable">Whether retrying is pointless whatever the policy says.</param>
    /// <param name="details">Values for the one who catches it.</param>
    /// <param name="nextRetryDelay">Wait before the next attempt, in place of the policy's.</param>
    /// <param name="category">Benign failures are expected: they are not logged as errors or counted.</param>
    public ApplicationFailureException(
        string message,
        Exception? inner,
        string? errorType = null,
        bool nonRetryable = false,
        IReadOnlyCollection<object?>? details = null,
        TimeSpan? nextRetryDelay = null,
        ApplicationErrorCategory category = ApplicationErrorCategory.Unspecified
    )
        : base(message, inner)
    {
        ErrorType = errorType;
        NonRetryable = nonRetryable;
        Details = new OutboundFailureDetails(details ?? []);
        NextRetryDelay = nextRetryDelay;
        Category = category;
    }

    /// <summary>Reads a failure from the server; one of a kind that has no exception of its own is kept as it is.</summary>
    protected internal ApplicationFailureException(Failure failure, Exception? inner, IPayloadConverter converter)
        : base(failure, inner)
    {
        switch (failure.FailureInfoCase)
        {
            case Failure.FailureInfoOneofCase.ApplicationFailureInfo:
                var info = failure.ApplicationFailureInfo;
                ErrorType = info.Type.Length == 0 ? null : info.Type;
                NonRetryable = info.NonRetryable;
                NextRetryDelay = info.NextRetryDelay?.ToTimeSpan();
                Category = info.Category;
                Details = InboundFailureDetails.From(converter, info.Details);
                break;
            case Failure.FailureInfoOneofCase.ResetWorkflowFailureInfo:
                ErrorType = "ResetWorkflow";
                Details = InboundFailureDetails.From(converter, failure.ResetWorkflowFailureInfo.LastHeartbeatDetails);
                break;
            default:
                Details = InboundFailureDetails.From(converter, null);
                break;
        }
    }

    /// <summary>Kind of error.</summary>
    public string? ErrorType { get; protected init; }

    /// <summary>Whether it is never retried.</summary>
    public bool NonRetryable { get; protected init; }

    /// <summary>Values it carries.</summary>
    public IFailureDetails Details { get; protected init; }

    /// <summary>Wait before the next attempt, in place of the policy's.</summary>
    public TimeSpan? NextRetryDelay { get; protected init; }

    /// <summary>Whether it is an expected failure.</summary>
    public ApplicationErrorCategory Category { get; protected init; }
}
