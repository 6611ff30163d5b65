using Orchestrator.Plans;

namespace Orchestrator.Workflows.Tasks;

/// <summary>Step that follows an agent run.</summary>
internal enum AgentRunNextStep
{
    /// <summary>The agent has finished, and its work is verified next.</summary>
    Done,

    /// <summary>The agent is restarted immediately, in the same conversation.</summary>
    Again,

    /// <summary>The agent is restarted after a delay.</summary>
    Later,

    /// <summary>The agent is restarted when its usage limit resets.</summary>
    AtReset,

    /// <summary>The agent is restarted after a user raises a budget.</summary>
    AtBudget,

    /// <summary>The agent is restarted when the account or host works again.</summary>
    Parked,

    /// <summary>The agent is restarted with growing delays, indefinitely. Other tasks are not affected.</summary>
    ParkedAlone,

    /// <summary>The agent is restarted with a user's answer.</summary>
    Answered,

    /// <summary>A user stopped the agent.</summary>
    Stopped,

    /// <summary>The task fails.</summary>
    Fail,
}

/// <summary>
/// Counts the agent runs of an attempt and decides on the step after each. Time and random numbers are parameters, so it does not depend on
/// Temporal.
/// </summary>
internal sealed class AgentRunRetryDecider(RetryRule rule)
{
    /// <summary>
    /// Number of killed or transiently failed agent runs at which a killed agent is no longer restarted, because the host probably kills
    /// every agent. After <see cref="FailureClass.OutOfMemory"/>, the task backs off instead of failing, because the host is at fault.
    /// </summary>
    private const int MaxDeaths = 5;

    /// <summary>
    /// Minimum duration of an agent run that resets the counts of killed and throttled agent runs. Such an agent was able to work, and
    /// hosts are occasionally rebooted.
    /// </summary>
    private static readonly TimeSpan LongRun = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Delay after the second killed agent run, which triples after each further one. After the first, the agent continues immediately.
    /// </summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Initial delay after a throttled agent run, which doubles each time up to <see cref="LongestLimitPause"/>. Also the minimum wait for
    /// a usage limit whose reset the account's governor did not schedule.
    /// </summary>
    private static readonly TimeSpan FirstLimitPause = TimeSpan.FromSeconds(30);

    /// <summary>Maximum delay after a throttled agent run, and the delay after a usage limit whose reset time is unknown.</summary>
    private static readonly TimeSpan LongestLimitPause = TimeSpan.FromMinutes(15);

    /// <summary>Delay after the host's first refusal to start the agent. Grows by this amount with each further refusal.</summary>
    private static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(2);

    /// <summary>Number of consecutive refusals by the host to start the agent after which the cause is considered permanent.</summary>
    private const int MaxRefusals = 4;

    /// <summary>
    /// Number of consecutive agent runs that were ended by a full disk and are repeated immediately, because the disk has space again.
    /// Afterwards the task backs off, because the agent itself may fill the disk.
    /// </summary>
    private const int MaxFullDisks = 3;
    private int _fullDisks;
    private int _attempts;
    private int _refusals;
    private int _deaths;
    private int _throttled;

    /// <summary>Decides on the step after an agent run.</summary>
    /// <param name="result">Result of the agent run.</param>
    /// <param name="ran">Duration of the agent run.</param>
    /// <returns>The next step. The reason is set for a failure and for a backoff that affects only this task; otherwise it is
    /// null.</returns>
    public (AgentRunNextStep Next, Reason? Why) After(AgentRunResult result, TimeSpan ran = default)
    {
        if (ran >= LongRun)
        {
            (_deaths, _throttled) = (0, 0);
        }
        _deaths += IsDeath(result) ? 1 : 0;
        _throttled += result.FailureClass == FailureClass.Throttled ? 1 : 0;
        _refusals = result.IsRefused ? _refusals + 1 : 0;
        _fullDisks = result.HasSpaceAgain ? _fullDisks + 1 : 0;
        return Next(result);
    }

    private (AgentRunNextStep Next, Reason? Why) Next(AgentRunResult result) =>
        result.FailureClass switch
        {
            FailureClass.None => (AgentRunNextStep.Done, null),
            FailureClass.Stopped => (AgentRunNextStep.Stopped, null),
            FailureClass.Died or FailureClass.OutOfMemory when _deaths + _attempts >= MaxDeaths => (
                result.FailureClass == FailureClass.OutOfMemory ? AgentRunNextStep.ParkedAlone : AgentRunNextStep.Fail,
                new AgentKilledReason(_deaths + _attempts, new VerbatimQuote(result.Message))
            ),
            FailureClass.Died or FailureClass.OutOfMemory when _deaths > 1 => (AgentRunNextStep.Later, null),
            FailureClass.Died or FailureClass.OutOfMemory or FailureClass.Held => (AgentRunNextStep.Again, null),
            FailureClass.Transient when ++_attempts >= rule.MaxAttempts => (
                AgentRunNextStep.Fail,
                new AgentFailedReason(new VerbatimQuote(result.Message), _attempts)
            ),
            FailureClass.Transient or FailureClass.Throttled => (AgentRunNextStep.Later, null),
            FailureClass.UsageLimit => (AgentRunNextStep.AtReset, null),
            // The agent has used up its reservation and needs more.
            FailureClass.Budget => (result.NeverBegun ? AgentRunNextStep.AtBudget : AgentRunNextStep.Again, null),
            FailureClass.Environment when result.IsRefused => _refusals < MaxRefusals
                ? (AgentRunNextStep.Later, null)
                : (AgentRunNextStep.Fail, new AgentFailedReason(new VerbatimQuote(result.Message))),
            FailureClass.Environment when result.HasSpaceAgain && _fullDisks <= MaxFullDisks => (AgentRunNextStep.Again, null),
            FailureClass.Account or FailureClass.Environment => (AgentRunNextStep.Parked, null),
            FailureClass.Blocked => (AgentRunNextStep.Answered, null),
            _ => (AgentRunNextStep.Fail, new AgentFailedReason(new VerbatimQuote(result.Message))),
        };

    private static bool IsDeath(AgentRunResult result) => result.FailureClass is FailureClass.Died or FailureClass.OutOfMemory;

    /// <summary>
    /// Returns the delay after a transient failure, which is exponential with full jitter, up to the maximum of the retry rule. A longer
    /// retry-after time from the service takes precedence. After a killed or throttled agent run, the delay grows regardless of the
    /// configured rule.
    /// </summary>
    /// <param name="result">Result of the agent run.</param>
    /// <param name="chance">Random number from 0 to 1.</param>
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
            result.FailureClass == FailureClass.Throttled ? PauseOfThrottled() * (1 + (chance * 0.2)) : rule.PauseAfter(_attempts, chance);
        return result.ResetAt - now is { } asked && asked > backoff ? asked : backoff;
    }

    /// <summary>
    /// Returns the time at which a usage limit resets, and the wait until the task requests another agent start. Both come from the
    /// account's governor, which staggers the waits. A result without the governor's answer comes from a damaged ledger or an earlier
    /// version.
    /// </summary>
    /// <param name="result">Result of the agent run.</param>
    public static (DateTimeOffset Reset, TimeSpan Wait) ComputeResetWait(AgentRunResult result, DateTimeOffset now)
    {
        var wake = result.WakeAt ?? result.ResetAt ?? now + LongestLimitPause;
        var least = result.WakeAt is null ? FirstLimitPause : TimeSpan.FromSeconds(1);
        return (result.ResetAt ?? wake, wake - now > least ? wake - now : least);
    }

    private TimeSpan PauseOfThrottled()
    {
        var longer = FirstLimitPause * Math.Pow(2, Math.Min(_throttled, 10) - 1);
        return longer < LongestLimitPause ? longer : LongestLimitPause;
    }
}
