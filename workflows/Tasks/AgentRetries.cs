using Orchestrator.Plans;

namespace Orchestrator.Workflows.Tasks;

/// <summary>What follows an agent run.</summary>
internal enum AfterAgent
{
    /// <summary>The work is verified.</summary>
    Done,

    /// <summary>Started again in the same conversation.</summary>
    Again,

    /// <summary>Started again after a delay.</summary>
    Later,

    /// <summary>Started again when its usage limit is reset.</summary>
    AtReset,

    /// <summary>Started again when the account or the machine works.</summary>
    Parked,

    /// <summary>Started again with a person's answer.</summary>
    Answered,

    /// <summary>Stopped by a person.</summary>
    Stopped,

    /// <summary>The task fails.</summary>
    Fail,
}

/// <summary>Counts the agent runs of one attempt and decides what follows each. No Temporal, no clock, no chance: these are
/// parameters.</summary>
internal sealed class AgentRetries(RetryRule rule)
{
    /// <summary>Agent runs in a row that may be killed from outside before the task fails: on a machine that kills every agent retrying is
    /// useless.</summary>
    private const int MaxDeaths = 20;

    /// <summary>Tasks wake at most this long after the reset of a usage limit.</summary>
    private static readonly TimeSpan MaxSpread = TimeSpan.FromSeconds(60);

    /// <summary>Delay for a usage limit without a reset time.</summary>
    private static readonly TimeSpan UnknownReset = TimeSpan.FromMinutes(15);
    private int _attempts;
    private int _deaths;

    /// <summary>Handles the end of an agent run.</summary>
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

    /// <summary>Delay after a transient failure: exponential from the base delay, cut at the maximum, full jitter. A retry-after of the
    /// service takes precedence.</summary>
    /// <param name="result">How the start ended.</param>
    /// <param name="chance">0 to 1.</param>
    public TimeSpan Backoff(AgentRunResult result, DateTimeOffset now, double chance)
    {
        var backoff = rule.PauseAfter(_attempts, chance);
        return result.ResetAt - now is { } asked && asked > backoff ? asked : backoff;
    }

    /// <summary>When a usage limit ends, and how long to wait for it: spread a little, so that not all tasks wake at once.</summary>
    /// <param name="result">How the start ended.</param>
    /// <param name="chance">0 to 1.</param>
    public static (DateTimeOffset Reset, TimeSpan Wait) UntilReset(AgentRunResult result, DateTimeOffset now, double chance)
    {
        var reset = result.ResetAt ?? now + UnknownReset;
        var left = reset - now > TimeSpan.Zero ? reset - now : TimeSpan.FromSeconds(1);
        return (reset, left + (Math.Min(left.TotalSeconds * 0.1, MaxSpread.TotalSeconds) * TimeSpan.FromSeconds(chance)));
    }
}
