namespace Temporalio.Workflows;

/// <summary>A timer with more than a length.</summary>
public class DelayOptions : ICloneable
{
    /// <summary>An empty delay.</summary>
    public DelayOptions() { }

    /// <summary>A delay in milliseconds.</summary>
    public DelayOptions(int millisecondsDelay, string? summary = null, CancellationToken? cancellationToken = null)
        : this(TimeSpan.FromMilliseconds(millisecondsDelay), summary, cancellationToken) { }

    /// <summary>A delay of a length; <see cref="Timeout.InfiniteTimeSpan"/> waits for cancellation.</summary>
    public DelayOptions(TimeSpan delay, string? summary = null, CancellationToken? cancellationToken = null) =>
        (Delay, Summary, CancellationToken) = (delay, summary, cancellationToken);

    /// <summary>Token that cancels the timer; default: the workflow's.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>Length.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>One line for people, shown by tools.</summary>
    public string? Summary { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>A wait for a condition with more than the condition.</summary>
public class WaitConditionOptions : ICloneable
{
    /// <summary>An empty wait; <see cref="ConditionCheck"/> must be set.</summary>
    public WaitConditionOptions() { }

    /// <summary>A wait for a condition.</summary>
    public WaitConditionOptions(
        Func<bool> conditionCheck,
        TimeSpan? timeout = null,
        string? timeoutSummary = null,
        CancellationToken? cancellationToken = null
    ) => (ConditionCheck, Timeout, TimeoutSummary, CancellationToken) = (conditionCheck, timeout, timeoutSummary, cancellationToken);

    /// <summary>Token that cancels the wait; default: the workflow's.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>What must become true. It is asked whenever the workflow has come to rest and must change nothing.</summary>
    public Func<bool>? ConditionCheck { get; set; }

    /// <summary>Longest wait; null: for ever.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>One line about the timer for people, shown by tools.</summary>
    public string? TimeoutSummary { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}
