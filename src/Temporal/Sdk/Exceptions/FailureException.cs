using Temporalio.Api.Failure.V1;

namespace Temporalio.Exceptions;

/// <summary>Base of exceptions that travel as a failure. Thrown in a workflow, they fail the workflow, not just its task.</summary>
public class FailureException : TemporalException
{
    /// <summary>For failures made here.</summary>
    protected internal FailureException(string message, Exception? inner = null)
        : base(message, inner) { }

    /// <summary>For failures that came from the server.</summary>
    protected internal FailureException(Failure failure, Exception? inner)
        : base(failure.Message, inner) => Failure = failure;

    /// <summary>The failure as it came; null when the exception was made here.</summary>
    public Failure? Failure { get; protected init; }

    /// <summary>The trace of the place where the failure arose: the remote one if it came from the server.</summary>
    public override string? StackTrace => Failure?.StackTrace is { Length: > 0 } remote ? remote : base.StackTrace;
}
