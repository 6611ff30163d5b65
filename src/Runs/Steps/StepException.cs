namespace Orchestrator.Runs;

/// <summary>A step of a run can't be done. The message, for people, says what happened, where and what to do.</summary>
/// <param name="message">What happened, where, and what to do.</param>
/// <param name="cause">The cause; null: detected by the step itself.</param>
/// <param name="failureType">The kind of failure for callers, such as <c>WorktreeGone</c>.</param>
public sealed class StepException(string message, Exception? cause, string failureType) : Exception(message, cause)
{
    /// <summary>A failure that the step detected itself.</summary>
    public StepException(string message, string failureType)
        : this(message, null, failureType) { }

    /// <summary>The kind of failure.</summary>
    public string FailureType { get; } = failureType;

    /// <summary>True if a retry would fail again until a person acts.</summary>
    /// <value>Default: true.</value>
    public bool IsFinal { get; init; } = true;

    /// <summary>Delay before the step is retried; null: the caller's default.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
