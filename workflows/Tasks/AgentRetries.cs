using Orchestrator.Plans;

namespace Orchestrator.Workflows.Tasks;

/// <summary>The step after an agent run.</summary>
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

    /// <summary>Started again when a person has raised a budget.</summary>
    AtBudget,

    /// <summary>Started again when the account or the machine works.</summary>
    Parked,

    /// <summary>Started again after growing delays, as long as it takes; other tasks go on.</summary>
    ParkedAlone,

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
    /// <summary>Agent runs in a row that ended without a result of their own, killed or for a transient failure, of which the last was
    /// killed: then it is judged by <see cref="FailureClass.OutOfMemory"/> who is to blame. On a machine that kills every agent retrying
    /// is useless.</summary>
    private const int MaxDeaths = 5;

    /// <summary>An agent run of this length is no part of a row of short ones: it did work, and machines are rebooted.</summary>
    private static readonly TimeSpan LongRun = TimeSpan.FromMinutes(10);

    /// <summary>Delay after the second killed agent run in a row; three times as long after each further one. After the first one the
    /// agent goes on at once.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);

    /// <summary>Least delay after a throttled agent run, and after the second usage limit in a row whose reset is over or near; doubled
    /// each time up to <see cref="UnknownReset"/>.</summary>
    private static readonly TimeSpan FirstLimitPause = TimeSpan.FromSeconds(30);

    /// <summary>Tasks wake at most this long after the reset of a usage limit.</summary>
    private static readonly TimeSpan MaxSpread = TimeSpan.FromSeconds(60);

    /// <summary>Delay for a usage limit without a reset time.</summary>
    private static readonly TimeSpan UnknownReset = TimeSpan.FromMinutes(15);

    /// <summary>Delay after the first refusal of the machine; longer by as much after each further one.</summary>
    private static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(2);

    /// <summary>Refusals of the machine in a row, after which it is no passing fault.</summary>
    private const int MaxRefusals = 4;
    private int _attempts;
    private int _refusals;
    private int _deaths;
    private int _limits;
    private int _throttled;

    /// <summary>Handles the end of an agent run.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="ran">How long it ran.</param>
    /// <returns>What comes next, and for a failure or a task that is parked alone why; else null.</returns>
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
            // It has used its part, and asks for more.
            FailureClass.Budget => (result.NeverBegun ? AfterAgent.AtBudget : AfterAgent.Again, null),
            FailureClass.Environment when result.IsRefused => _refusals < MaxRefusals
                ? (AfterAgent.Later, null)
                : (AfterAgent.Fail, new AgentFailed(new Quote(result.Message))),
            FailureClass.Account or FailureClass.Environment => (AfterAgent.Parked, null),
            FailureClass.Blocked => (AfterAgent.Answered, null),
            _ => (AfterAgent.Fail, new AgentFailed(new Quote(result.Message))),
        };

    private static bool IsDeath(AgentRunResult result) => result.FailureClass is FailureClass.Died or FailureClass.OutOfMemory;

    /// <summary>Delay after a transient failure: exponential from the base delay, cut at the maximum, full jitter. A retry-after of the
    /// service takes precedence. After a killed or throttled agent run the delay grows by itself.</summary>
    /// <param name="result">How the start ended.</param>
    /// <param name="chance">0 to 1.</param>
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

    /// <summary>When a usage limit ends, and how long to wait for it: spread a little, so that not all tasks wake at once. A limit that is
    /// there again after its reset is waited for longer each time.</summary>
    /// <param name="result">How the start ended.</param>
    /// <param name="chance">0 to 1.</param>
    public (DateTimeOffset Reset, TimeSpan Wait) UntilReset(AgentRunResult result, DateTimeOffset now, double chance)
    {
        if (result.WakeAt is { } wake)
        {
            // The governor lets one go on after the other.
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
