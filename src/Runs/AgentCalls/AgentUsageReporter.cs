using System.Collections.Concurrent;
using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.Accounts;
using Orchestrator.Usage;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>
/// Reports one agent's usage and final cost to the governor, with the usage limits that the service reported for the account.
/// </summary>
public sealed class AgentUsageReporter(
    RunServiceBundle services,
    GovernedAgentRun agent,
    PriceTable prices,
    AgentRunReservationHolderProcess holder
)
{
    /// <summary>Maximum time for which the provider keeps a prompt in its cache.</summary>
    private static readonly TimeSpan CacheLife = TimeSpan.FromHours(1);

    /// <summary>Maximum time between two reports to the governor. After this time a report is sent even if nothing has changed.</summary>
    private static readonly TimeSpan SignOfLife = TimeSpan.FromMinutes(5);

    /// <summary>Maximum reported utilization of a usage window, in parts per million. Higher values are capped at 1,000 %.</summary>
    private const int MostFull = 10_000_000;
    private readonly List<TaskNotice> _notices = [];
    private readonly ConcurrentQueue<AgentUsageWindowsEvent> _heard = [];
    private bool _works;
    private long _looked;
    private MoneyAndTokenAmount _used;
    private MoneyAndTokenAmount _told;
    private bool _isTold;
    private long _toldAt;
    private bool _isAtGrant;
    private long _context;

    /// <summary>The governor's reservation for the agent, or null if this process has no record of it.</summary>
    public AgentRunAccountReservation? Reservation { get; set; }

    /// <summary>
    /// True if the account was blocked when the agent was admitted. The first response of the service then ends the block.
    /// </summary>
    public bool MayEndABlock { get; set; }

    /// <summary>The object that monitors the agent's process, or null before the agent has started.</summary>
    public AgentRunFollower? Session { get; set; }

    /// <summary>Messages for the user that were added while the agent was working.</summary>
    public IReadOnlyList<TaskNotice> Notices => _notices;

    /// <summary>Adds a message for the user.</summary>
    public void Note(string text) => _notices.Add(new TaskNotice(text));

    /// <summary>Records the usage and the usage limits in an event of the agent.</summary>
    public void HandleEvent(AgentEvent happened)
    {
        _works |= MayEndABlock && happened is AgentContextSizeEvent;
        if (happened is AgentContextSizeEvent { ParentToolUseId: null, ContextTokens: var tokens })
        {
            _context = tokens;
        }
        if (happened is AgentUsageWindowsEvent limit)
        {
            _heard.Enqueue(limit);
        }
        if (Session is not null && (_looked == 0 || services.Time.GetElapsedTime(_looked) >= services.Governor.ReportsEvery))
        {
            _looked = services.Time.GetTimestamp();
            _used = UsageRecordSerializer.Sum(AgentRunCostCalculator.Models(Session.UsageSoFar(), prices));
        }
    }

    /// <summary>Reports changed usage to the governor while the agent is working.</summary>
    /// <returns>False if the agent has used its whole grant and must be stopped.</returns>
    public async Task<bool> ReportUsageAsync()
    {
        var used = _used;
        var isNews = !_isTold || _told != used || !_heard.IsEmpty || _works;
        if (!isNews && services.Time.GetElapsedTime(_toldAt) < SignOfLife)
        {
            return true;
        }
        var (works, seen) = (_works, RemoveReported());
        try
        {
            var answer = await services.Governor.CallAsync(
                Call() with
                {
                    // The process that was admitted may have died, so this process becomes the holder.
                    TakenOverBy = _isTold ? null : holder,
                    Works = works,
                    Windows = seen,
                    Used = used,
                },
                CancellationToken.None
            );
            Warn(answer.Warns);
            Reservation ??= answer.Reservation;
            (_isTold, _told, _toldAt) = (true, used, services.Time.GetTimestamp());
            (_works, MayEndABlock) = (_works && !works, MayEndABlock && !works);
        }
        catch (IOException)
        {
            // If a ledger is damaged or the disk is full, the usage is settled when the agent ends.
        }
        _isAtGrant = used.Tokens >= Reservation?.GrantedTokens;
        return !_isAtGrant;
    }

    /// <summary>
    /// True if the agent was stopped because it had used up its share of a budget. False if the agent reached its own cost limit.
    /// </summary>
    public bool EndsAtGrant(AgentOutcome outcome)
    {
        var granted = Reservation?.GrantedMicros;
        return outcome.Failure == AgentFailure.Money
            && (_isAtGrant || (granted is { } part && (agent.Settings.Limits.Cost is not { } own || MicroDollars.ToDollars(part) < own)));
    }

    /// <summary>
    /// Replaces the reservation with the actual usage, and blocks the account if the agent reached the account's usage limit. The usage
    /// record is written first, so that a further attempt at the step settles the same amount.
    /// </summary>
    /// <param name="result">The result of the step.</param>
    /// <param name="outcome">The outcome of the agent run.</param>
    /// <returns>The result of the step. If a usage limit was reached, it contains the time at which the task may retry.</returns>
    public async Task<AgentRunResult> SettleReservationAsync(AgentRunResult result, AgentOutcome outcome)
    {
        var record = await UsageRecordWriter.WriteDownAsync(
            agent.Folder,
            agent.Id,
            () => RecordOf(Reservation?.Since ?? Now, outcome),
            UsageHistory.Of(services.Environment, services.Time),
            CancellationToken.None
        );
        var used = record.Sum;
        // The agent used up its grant but not its own limit, so it continues its conversation when more budget is available.
        var isAtGrant = result.FailureClass == FailureClass.Limit && EndsAtGrant(outcome);
        result = result with
        {
            FailureClass = isAtGrant ? FailureClass.Budget : result.FailureClass,
            Cost = Math.Max(result.Cost, MicroDollars.ToDollars(used.Micros)),
        };
        try
        {
            var isBlocked = outcome.Failure == AgentFailure.UsageLimit;
            // The usage counts for the day on which the agent started, even if it worked past midnight.
            var answer = await services.Governor.CallAsync(
                Call() with
                {
                    Works = _works,
                    Windows = RemoveReported(),
                    Reached = isBlocked ? Limit(outcome) : null,
                    Ended = new EndedAgentRunUsage(
                        used,
                        agent.ScopesOf(CalendarDayCalculator.Of(record.Since, services.Time.LocalTimeZone))
                    ),
                    // The task has started, so it keeps its priority among the tasks that wait for the account.
                    Start = isBlocked
                        ? agent.ToRequest(holder, CalendarDayCalculator.Today(services.Time)) with
                        {
                            IsUnderWay = true,
                        }
                        : null,
                    OnlyInLine = true,
                },
                CancellationToken.None
            );
            Warn(answer.Warns);
            if (isBlocked)
            {
                var wake = (answer.Admission as AgentStartDelayedDecision)?.Until;
                result = result with
                {
                    ResetAt = answer.Park?.OpensAt,
                    WakeAt = wake,
                    Message = $"{result.Message} {PriceOfGoingOn(wake)}".Trim(),
                };
            }
        }
        catch (LedgerDamagedException damaged)
        {
            _notices.Add(new TaskNotice(damaged.Message, IsForPerson: true));
        }
        return result;
    }

    private DateTimeOffset Now => services.Time.GetUtcNow();

    private AccountGovernorRequest Call() =>
        new()
        {
            RequestId = Guid.NewGuid().ToString("n"),
            Account = agent.Account,
            Id = agent.Id,
        };

    private UsageLimitRejection Limit(AgentOutcome outcome)
    {
        var window = outcome.Windows?.DecidingWindow;
        return new UsageLimitRejection(
            window?.Name,
            window?.ResetsAt ?? outcome.ResetsAt,
            $"usage_limit_reached of {agent.Run}/{agent.Task}"
        );
    }

    /// <summary>
    /// Returns a sentence about the cost of continuing the conversation later, when the provider no longer caches the prompt. The sentence
    /// is empty if the wait is shorter than <see cref="CacheLife"/>.
    /// </summary>
    private string PriceOfGoingOn(DateTimeOffset? wake)
    {
        if (_context == 0 || wake - Now is not { } wait || wait < CacheLife)
        {
            return "";
        }
        var price = prices.Find(agent.Model) is { } known
            ? $", about {MicroDollars.Text(known.Of(new TokenCounts(0, 0, 0, _context)))} USD"
            : "";
        return $"Continuing then reads {Plural.Grouped(_context, "token")} of the conversation again, because the prompt cache "
            + $"no longer has "
            + $"them{price}.";
    }

    private UsageRecord RecordOf(DateTimeOffset since, AgentOutcome outcome) =>
        new()
        {
            Id = agent.Id,
            Account = agent.Account,
            Repository = agent.Repository.Path,
            Run = agent.Run,
            Task = agent.Task,
            Attempt = agent.Attempt,
            Since = since,
            At = Now,
            IsPartial = !outcome.IsUsageComplete,
            // Without a final usage report, the usage observed while the agent ran is a lower bound.
            Models =
            [
                .. UsageRecordSerializer.AtLeast(
                    [.. AgentRunCostCalculator.Models(outcome.Usage, prices)],
                    outcome.IsUsageComplete ? MoneyAndTokenAmount.Zero : _used,
                    agent.Model
                ),
            ],
            Windows = [.. Readings(outcome.Windows)],
        };

    /// <summary>Returns the usage windows for which the service reported a utilization and a plausible reset time.</summary>
    private IEnumerable<UsageWindowReading> Readings(UsageWindows? said)
    {
        foreach (var window in said?.Windows ?? [])
        {
            if (window is { Used: { } share, ResetsAt: { } reset } && AccountBackoffCalculator.IsPlausible(window.Name, reset, Now))
            {
                yield return new UsageWindowReading(window.Name, (int)Math.Clamp(Math.Round(share * 1_000_000), 0, MostFull), reset);
            }
        }
    }

    private List<UsageWindowReport> RemoveReported()
    {
        var seen = new List<UsageWindowReport>();
        var warnAt = agent.Settings.Usage.WarnAt * 10_000;
        while (_heard.TryDequeue(out var heard))
        {
            seen.AddRange(
                Readings(heard.Usage)
                    .Select(read => new UsageWindowReport(read.Name, read.PartsPerMillion, read.ResetsAt, "rate_limit_event", warnAt))
            );
        }
        return seen;
    }

    private void Warn(IEnumerable<UsageWindowReport> windows)
    {
        foreach (var window in windows)
        {
            var used =
                $"the account {agent.Account} has used {WaitReasonText.Percent(window.PartsPerMillion)} of its "
                + $"{WaitReasonText.Name(window.Name)} limit";
            var until = string.Create(CultureInfo.InvariantCulture, $"the limit resets at {window.ResetsAt.UtcDateTime:yyyy-MM-dd HH:mm}Z");
            _notices.Add(new TaskNotice($"{used} (usage.warn_at); {until}", IsForPerson: true));
        }
    }
}
