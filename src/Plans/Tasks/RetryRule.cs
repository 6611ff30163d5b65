namespace Orchestrator.Plans;

/// <summary>Retry policy for transient failures.</summary>
public sealed record RetryRule
{
    /// <summary>Maximum number of attempts, including the first.</summary>
    /// <value>Default: 3.</value>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>
    /// Maximum delay after the first attempt. The maximum doubles with each further attempt, up to <see cref="MaxDelay"/>.
    /// </summary>
    /// <value>Default: 1 second.</value>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Upper limit of the delay between attempts.</summary>
    /// <value>Default: 60 seconds.</value>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Returns a random delay to wait after a failed attempt (full jitter).</summary>
    /// <param name="attempt">Number of the failed attempt, starting at 1.</param>
    /// <param name="chance">Random number from 0 to 1.</param>
    public TimeSpan PauseAfter(int attempt, double chance)
    {
        var ceiling = BaseDelay * Math.Pow(2, attempt - 1);
        return (ceiling < MaxDelay ? ceiling : MaxDelay) * chance;
    }
}
