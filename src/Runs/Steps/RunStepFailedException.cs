namespace Orchestrator.Runs;

/// <summary>Thrown if a step of a run fails. The message is for users and states the problem, its location and the remedy.</summary>
/// <param name="message">States the fault, its location and the remedy.</param>
/// <param name="cause">The exception that caused the failure, or null if the step itself detected it.</param>
/// <param name="failureType">Failure type for workflows, such as <c>WorktreeGone</c>.</param>
public sealed class RunStepFailedException(string message, Exception? cause, string failureType) : Exception(message, cause)
{
    /// <summary>Creates the exception for a failure that the step itself detected.</summary>
    public RunStepFailedException(string message, string failureType)
        : this(message, null, failureType) { }

    /// <summary>Failure type for workflows, such as <c>WorktreeGone</c>.</summary>
    public string FailureType { get; } = failureType;

    /// <summary>True if retries are pointless until a user acts.</summary>
    /// <value>Default: true.</value>
    public bool IsFinal { get; init; } = true;

    /// <summary>Delay before the retry, or null to use the retry policy of the workflow.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
