using System.Diagnostics;
using Temporalio.Api.Enums.V1;
using Temporalio.Exceptions;

namespace Temporalio.Extensions.OpenTelemetry;

/// <summary>What spans have in common.</summary>
internal static class SpanExtensions
{
    /// <summary>Notes what a span ended with. What is benign is shown and is no error.</summary>
    public static void Fail(this Activity span, Exception error)
    {
        if (error is not ApplicationFailureException { Category: ApplicationErrorCategory.Benign })
        {
            span.SetStatus(ActivityStatusCode.Error, error.Message);
        }

        span.AddException(error);
    }
}
