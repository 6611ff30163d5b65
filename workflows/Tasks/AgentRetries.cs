using Orchestrator.Plans;

namespace Orchestrator.Workflows.Tasks;

/// <summary>What comes after a start of an agent.</summary>
internal enum AfterAgent
{
    /// <summary>What it did is looked at.</summary>
    Done,

    /// <summary>It is started again, in the same conversation.</summary>
    Again,

    /// <summary>It is started again after a pause.</summary>
    Later,

    /// <summary>It is started again when its usage limit is reset.</summary>
    AtReset,

    /// <summary>It is started again when the account or the machine works.</summary>
    Parked,

    /// <summary>It is started again with a person's answer.</summary>
    Answered,

    /// <summary>A person stopped it.</summary>
    Stopped,

    /// <summary>The task fails.</summary>
    Fail,
}

/// <summary>Counts the starts of one attempt and says what comes after each. No Temporal, no clock, no chance: it is told them.</summary>
internal sealed class AgentRetries(RetryRule rule)
{
    /// <summary>Starts in a row that may be killed from outside before the task fails: a machine that kills every agent is no place to go
    /// on.</summary>
    private const int MaxDeaths = 20;

    /// <summary>At most so much later than the reset of a usage limit a task wakes.</summary>
    private static readonly TimeSpan MaxSpread = TimeSpan.FromSeconds(60);

    /// <summary>A limit that names no time.</summary>
    private static readonly TimeSpan UnknownReset = TimeSpan.FromMinutes(15);
    private int _attempts;
    private int _deaths;

    /// <summary>Takes in how a start ended.</summary>
    /// <returns>What comes next, and for a failure why.</returns>
    public (AfterAgent Next, string Why) After(AgentRunResult result) =>
        result.FailureClass switch
        {
            FailureClasses.None => (AfterAgent.Done, ""),
            FailureClasses.Stopped => (AfterAgent.Stopped, ""),
            FailureClasses.Died when ++_deaths >= MaxDeaths => (
                AfterAgent.Fail,
                $"the agent was killed {_deaths} times in a row: {result.Message}"
            ),
            FailureClasses.Died or FailureClasses.Held => (AfterAgent.Again, ""),
            FailureClasses.Transient when ++_attempts >= rule.MaxAttempts => (AfterAgent.Fail, $"{result.Message} ({_attempts} attempts)"),
            FailureClasses.Transient => (AfterAgent.Later, ""),
            FailureClasses.UsageLimit => (AfterAgent.AtReset, ""),
            FailureClasses.Account or FailureClasses.Environment => (AfterAgent.Parked, ""),
            FailureClasses.Blocked => (AfterAgent.Answered, ""),
            _ => (AfterAgent.Fail, result.Message),
        };

    /// <summary>How long to wait after a transient failure: exponential from the base delay, cut at the maximum, full jitter. What the
    /// service itself asked for wins.</summary>
    /// <param name="result">How the start ended.</param>
    /// <param name="chance">0 to 1.</param>
    public TimeSpan Backoff(AgentRunResult result, DateTimeOffset now, double chance)
    {
        var backoff = rule.PauseAfter(_attempts, chance);
        return result.ResetAt - now is { } asked && asked > backoff ? asked : backoff;
    }

    /// <summary>When a usage limit is over, and how long to wait for it: spread a little, so that not all tasks wake at once.</summary>
    /// <param name="result">How the start ended.</param>
    /// <param name="chance">0 to 1.</param>
    public static (DateTimeOffset Reset, TimeSpan Wait) UntilReset(AgentRunResult result, DateTimeOffset now, double chance)
    {
        var reset = result.ResetAt ?? now + UnknownReset;
        var left = reset - now > TimeSpan.Zero ? reset - now : TimeSpan.FromSeconds(1);
        return (reset, left + (Math.Min(left.TotalSeconds * 0.1, MaxSpread.TotalSeconds) * TimeSpan.FromSeconds(chance)));
    }
}
