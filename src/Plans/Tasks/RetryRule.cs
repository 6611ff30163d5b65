namespace Orchestrator.Plans;

/// <summary>Retries of transient failures.</summary>
public sealed record RetryRule
{
    /// <summary>Attempts, the first included.</summary>
    /// <value>3.</value>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Upper limit of the delay after the first attempt; doubles with each.</summary>
    /// <value>1 second.</value>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest delay.</summary>
    /// <value>60 seconds.</value>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The delay after an attempt, with full jitter.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="chance">0 to 1.</param>
    public TimeSpan PauseAfter(int attempt, double chance)
    {
        var ceiling = BaseDelay * Math.Pow(2, attempt - 1);
        return (ceiling < MaxDelay ? ceiling : MaxDelay) * chance;
    }
}
