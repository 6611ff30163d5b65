namespace Temporalio.Exceptions;

/// <summary>Base of all exceptions of this library.</summary>
public class TemporalException : Exception
{
    /// <summary>Without a message.</summary>
    public TemporalException() { }

    /// <summary>With a message.</summary>
    public TemporalException(string message)
        : base(message) { }

    /// <summary>With a message and a cause.</summary>
    public TemporalException(string message, Exception? inner)
        : base(message, inner) { }

    /// <summary>
    /// Whether an exception means cancellation: .NET's own, Temporal's, or an activity or child workflow that failed by it.
    /// </summary>
    public static bool IsCanceledException(Exception e) =>
        e switch
        {
            OperationCanceledException or CanceledFailureException => true,
            ActivityFailureException or ChildWorkflowFailureException => e.InnerException is CanceledFailureException,
            _ => false,
        };
}
