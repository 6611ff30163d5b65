namespace Orchestrator.Runs;

/// <summary>A step of a run can't be done. What happened, where and what to do is in the message, which a person reads.</summary>
/// <param name="message">What happened, where, and what to do.</param>
/// <param name="cause">What it comes from; null: seen by the step itself.</param>
/// <param name="failureType">Names the kind of failure to whoever decides what follows, such as <c>WorktreeGone</c>.</param>
public sealed class StepException(string message, Exception? cause, string failureType) : Exception(message, cause)
{
    /// <summary>A failure that the step found itself.</summary>
    public StepException(string message, string failureType)
        : this(message, null, failureType) { }

    /// <summary>The kind of failure.</summary>
    public string FailureType { get; } = failureType;

    /// <summary>Whether the same step would fail again until somebody does something.</summary>
    /// <value>Default: true.</value>
    public bool IsFinal { get; init; } = true;

    /// <summary>How long to wait before the step is tried again; null: as the caller sees fit.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
