namespace Orchestrator.Runs;

/// <summary>A step of a run failed. The message is for users and states the fault, its location and the remedy.</summary>
/// <param name="message">The fault, its location and the remedy.</param>
/// <param name="cause">The cause, or null if the step itself detected the failure.</param>
/// <param name="failureType">Type of the failure for callers, such as <c>WorktreeGone</c>.</param>
public sealed class StepException(string message, Exception? cause, string failureType) : Exception(message, cause)
{
    /// <summary>Creates a failure that the step itself detected.</summary>
    public StepException(string message, string failureType)
        : this(message, null, failureType) { }

    /// <summary>Type of the failure for callers.</summary>
    public string FailureType { get; } = failureType;

    /// <summary>True if a retry fails again until a user acts.</summary>
    /// <value>Default: true.</value>
    public bool IsFinal { get; init; } = true;

    /// <summary>Delay before the retry, or null for the caller's default.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
