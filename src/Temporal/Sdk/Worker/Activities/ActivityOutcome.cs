using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Temporalio.Worker.Activities;

/// <summary>How an attempt ended. Payloads are not yet encoded by the codec.</summary>
internal abstract record ActivityOutcome
{
    private ActivityOutcome() { }

    /// <summary>It returned.</summary>
    /// <param name="Result">Result; an empty list for a method without one.</param>
    public sealed record Completed(Payloads Result) : ActivityOutcome;

    /// <summary>It threw.</summary>
    /// <param name="Failure">Failure.</param>
    /// <param name="Error">What it threw.</param>
    public sealed record Failed(Failure Failure, Exception Error) : ActivityOutcome;

    /// <summary>It ended by the cancellation that was requested.</summary>
    /// <param name="Details">Details of the exception it ended with.</param>
    /// <param name="Failure">The same as a failure.</param>
    public sealed record Canceled(Payloads? Details, Failure Failure) : ActivityOutcome;

    /// <summary>It will be completed from elsewhere.</summary>
    public sealed record Asynchronous : ActivityOutcome;
}
