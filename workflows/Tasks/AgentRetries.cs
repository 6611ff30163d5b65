using Orchestrator.Plans;

namespace Orchestrator.Workflows.Tasks;

/// <summary>Step after an agent run.</summary>
internal enum AfterAgent
{
    /// <summary>The work is verified.</summary>
    Done,

    /// <summary>The agent is restarted in the same conversation.</summary>
    Again,

    /// <summary>The agent is restarted after a delay.</summary>
    Later,

    /// <summary>The agent is restarted when its usage limit resets.</summary>
    AtReset,

    /// <summary>The agent is restarted when a user has raised a budget.</summary>
    AtBudget,

    /// <summary>The agent is restarted when the account or host works again.</summary>
    Parked,

    /// <summary>The agent is restarted after growing delays, without a limit. Other tasks continue.</summary>
    ParkedAlone,

    /// <summary>The agent is restarted with a user's answer.</summary>
    Answered,

    /// <summary>The agent was stopped by a user.</summary>
    Stopped,

    /// <summary>The task fails.</summary>
    Fail,
}

/// <summary>Counts the agent runs of an attempt and decides the step after each. Independent of Temporal, the clock and randomness, which
/// are parameters.</summary>
internal sealed class AgentRetries(RetryRule rule)
{
    /// <summary>Maximum number of consecutive agent runs without a result, killed or ended by a transient failure, if the last one was
    /// killed. <see cref="FailureClass.OutOfMemory"/> then determines the fault. Retries are useless on a host that kills every
    /// agent.</summary>
    private const int MaxDeaths = 5;

    /// <summary>Length from which an agent run interrupts a series of short ones, because it did work, and hosts are rebooted.</summary>
    private static readonly TimeSpan LongRun = TimeSpan.FromMinutes(10);

    /// <summary>Delay after the second consecutive killed agent run, tripled after each further one. After the first one the agent
    /// continues at once.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);

    /// <summary>Minimum delay after a throttled agent run, and after the second consecutive usage limit whose reset is over or near.
    /// Doubles each time, up to <see cref="UnknownReset"/>.</summary>
    private static readonly TimeSpan FirstLimitPause = TimeSpan.FromSeconds(30);

    /// <summary>Maximum random delay of tasks after the reset of a usage limit.</summary>
    private static readonly TimeSpan MaxSpread = TimeSpan.FromSeconds(60);

    /// <summary>Delay for a usage limit without a reset time.</summary>
    private static readonly TimeSpan UnknownReset = TimeSpan.FromMinutes(15);

    /// <summary>Delay after the host's first refusal. Increases by the same amount after each further refusal.</summary>
    private static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(2);

    /// <summary>Number of consecutive refusals by the host after which the fault is not considered transient.</summary>
    private const int MaxRefusals = 4;
    private int _attempts;
    private int _refusals;
    private int _deaths;
    private int _limits;
    private int _throttled;

    /// <summary>Handles the end of an agent run.</summary>
    /// <param name="result">Result of the agent run.</param>
    /// <param name="ran">Duration of the agent run.</param>
    /// <returns>The next step, with the reason for a failure or for a backoff of only this task; otherwise a null reason.</returns>
    public (AfterAgent Next, Reason? Why) After(AgentRunResult result, TimeSpan ran = default)
    {
        if (ran >= LongRun)
        {
            (_deaths, _limits, _throttled) = (0, 0, 0);
        }
        _deaths += IsDeath(result) ? 1 : 0;
        _limits += result.FailureClass == FailureClass.UsageLimit ? 1 : 0;
        _throttled += result.FailureClass == FailureClass.Throttled ? 1 : 0;
        _refusals = result.IsRefused ? _refusals + 1 : 0;
        return Next(result);
    }

    private (AfterAgent Next, Reason? Why) Next(AgentRunResult result) =>
        result.FailureClass switch
        {
            FailureClass.None => (AfterAgent.Done, null),
            FailureClass.Stopped => (AfterAgent.Stopped, null),
            FailureClass.Died or FailureClass.OutOfMemory when _deaths + _attempts >= MaxDeaths => (
                result.FailureClass == FailureClass.OutOfMemory ? AfterAgent.ParkedAlone : AfterAgent.Fail,
                new AgentKilled(_deaths + _attempts, new Quote(result.Message))
            ),
            FailureClass.Died or FailureClass.OutOfMemory when _deaths > 1 => (AfterAgent.Later, null),
            FailureClass.Died or FailureClass.OutOfMemory or FailureClass.Held => (AfterAgent.Again, null),
            FailureClass.Transient when ++_attempts >= rule.MaxAttempts => (
                AfterAgent.Fail,
                new AgentFailed(new Quote(result.Message), _attempts)
            ),
            FailureClass.Transient or FailureClass.Throttled => (AfterAgent.Later, null),
            FailureClass.UsageLimit => (AfterAgent.AtReset, null),
            // The agent has used its reservation, and requires more.
            FailureClass.Budget => (result.NeverBegun ? AfterAgent.AtBudget : AfterAgent.Again, null),
            FailureClass.Environment when result.IsRefused => _refusals < MaxRefusals
                ? (AfterAgent.Later, null)
                : (AfterAgent.Fail, new AgentFailed(new Quote(result.Message))),
            FailureClass.Account or FailureClass.Environment => (AfterAgent.Parked, null),
            FailureClass.Blocked => (AfterAgent.Answered, null),
            _ => (AfterAgent.Fail, new AgentFailed(new Quote(result.Message))),
        };

    private static bool IsDeath(AgentRunResult result) => result.FailureClass is FailureClass.Died or FailureClass.OutOfMemory;

    /// <summary>Returns the delay after a transient failure: exponential from the base delay, limited to the maximum, with full jitter. A
    /// retry-after by the service takes precedence. After a killed or throttled agent run the delay grows regardless of the
    /// rule.</summary>
    /// <param name="result">Result of the agent run.</param>
    /// <param name="chance">Random number. Range: 0 to 1.</param>
    public TimeSpan Backoff(AgentRunResult result, DateTimeOffset now, double chance)
    {
        if (IsDeath(result))
        {
            return FirstPause * Math.Pow(3, _deaths - 2);
        }
        if (result.IsRefused)
        {
            return RefusalPause * _refusals;
        }
        var backoff =
            result.FailureClass == FailureClass.Throttled
                ? DoubledPause(_throttled) * (1 + (chance * 0.2))
                : rule.PauseAfter(_attempts, chance);
        return result.ResetAt - now is { } asked && asked > backoff ? asked : backoff;
    }

    /// <summary>Returns the time at which a usage limit resets, and a slightly randomized wait, so that not all tasks wake at once. The
    /// wait grows each time a limit is in force again after its reset.</summary>
    /// <param name="result">Result of the agent run.</param>
    /// <param name="chance">Random number. Range: 0 to 1.</param>
    public (DateTimeOffset Reset, TimeSpan Wait) UntilReset(AgentRunResult result, DateTimeOffset now, double chance)
    {
        if (result.WakeAt is { } wake)
        {
            // The governor staggers the tasks.
            return (result.ResetAt ?? wake, wake > now ? wake - now : TimeSpan.FromSeconds(1));
        }
        var least = _limits < 2 ? TimeSpan.FromSeconds(1) : DoubledPause(_limits - 1);
        var reset = result.ResetAt ?? now + UnknownReset;
        reset = reset > now + least ? reset : now + least;
        var left = reset - now;
        return (reset, left + (Math.Min(left.TotalSeconds * 0.1, MaxSpread.TotalSeconds) * TimeSpan.FromSeconds(chance)));
    }

    private static TimeSpan DoubledPause(int times)
    {
        var longer = FirstLimitPause * Math.Pow(2, Math.Min(times, 10) - 1);
        return longer < UnknownReset ? longer : UnknownReset;
    }
}
