using Temporalio.Exceptions;

namespace Temporalio.Converters;

/// <summary>Failures for payloads that arrived whole but hold what they must not.</summary>
public static class PayloadValidationError
{
    /// <summary>
    /// A failure that is not retried, of the error type <c>PayloadValidationError</c>: the same payload would be as invalid the next time.
    /// </summary>
    /// <param name="details">What is wrong; travels as the failure's details.</param>
    public static ApplicationFailureException CreateException(object details) =>
        new("The payload is not valid", errorType: nameof(PayloadValidationError), nonRetryable: true, details: [details]);
}
