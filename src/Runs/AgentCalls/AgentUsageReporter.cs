using System.Collections.Concurrent;
using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.Accounts;
using Orchestrator.Usage;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Reports one agent's usage, its account's limits as seen by the service, and its final cost to the governor.</summary>
public sealed class AgentUsageReporter(RunServices services, GovernedAgent agent, PriceTable prices, Holder holder)
{
    /// <summary>Maximum time for which the service keeps a prompt in its cache.</summary>
    private static readonly TimeSpan CacheLife = TimeSpan.FromHours(1);

    /// <summary>Maximum time between two reports to the governor, even if nothing is new.</summary>
    private static readonly TimeSpan SignOfLife = TimeSpan.FromMinutes(5);

    /// <summary>Maximum reported utilization of a window in parts per million; higher values are capped at 1,000 %.</summary>
    private const int MostFull = 10_000_000;
    private readonly List<TaskNotice> _notices = [];
    private readonly ConcurrentQueue<AgentRateLimit> _heard = [];
    private bool _works;
    private long _looked;
    private Amount _used;
    private Amount _told;
    private bool _isTold;
    private long _toldAt;
    private bool _isAtGrant;
    private long _context;

    /// <summary>The reservation, or null if this process does not know it.</summary>
    public Reservation? Reservation { get; set; }

    /// <summary>True if the account was blocked before, so that a response from the service ends the block.</summary>
    public bool MayEndABlock { get; set; }

    /// <summary>The agent session that is followed.</summary>
    public AgentSession? Session { get; set; }

    /// <summary>Notices for users.</summary>
    public IReadOnlyList<TaskNotice> Notices => _notices;

    /// <summary>Adds a notice for users.</summary>
    public void Note(string text) => _notices.Add(new TaskNotice(text));

    /// <summary>Handles an event of the agent.</summary>
    public void Take(AgentEvent happened)
    {
        _works |= MayEndABlock && happened is AgentContextUse;
        if (happened is AgentContextUse { ParentToolUseId: null, ContextTokens: var tokens })
        {
            _context = tokens;
        }
        if (happened is AgentRateLimit limit)
        {
            _heard.Enqueue(limit);
        }
        if (Session is not null && (_looked == 0 || services.Time.GetElapsedTime(_looked) >= services.Governor.ReportsEvery))
        {
            _looked = services.Time.GetTimestamp();
            _used = UsageRecords.Sum(AccountPrices.Models(Session.UsageSoFar(), prices));
        }
    }

    /// <summary>Reports news to the governor while the agent works.</summary>
    /// <returns>False if the agent has used everything that it was granted and must be stopped.</returns>
    public async Task<bool> TellAsync()
    {
        var used = _used;
        var isNews = !_isTold || _told != used || !_heard.IsEmpty || _works;
        if (!isNews && services.Time.GetElapsedTime(_toldAt) < SignOfLife)
        {
            return true;
        }
        var (works, seen) = (_works, TakeHeard());
        try
        {
            var answer = await services.Governor.CallAsync(
                Call() with
                {
                    // The process that was admitted may have died since.
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
            // A damaged file or a full disk: usage is settled at the end, if that is possible by then.
        }
        _isAtGrant = used.Tokens >= Reservation?.GrantedTokens;
        return !_isAtGrant;
    }

    /// <summary>True if the agent was stopped because it used up its share of a budget, and not because it reached its own limit.</summary>
    public bool EndsAtGrant(AgentOutcome outcome)
    {
        var granted = Reservation?.GrantedMicros;
        return outcome.Failure == AgentFailure.Money
            && (_isAtGrant || (granted is { } part && (agent.Settings.Limits.Cost is not { } own || MicroDollars.ToDollars(part) < own)));
    }

    /// <summary>Replaces the reservation by the actual usage, and parks the account if the agent reached its limit. The usage record is
    /// written first. If the step is killed or gets no reply, its next attempt settles again from that record.</summary>
    /// <param name="result">The result of the step.</param>
    /// <param name="outcome">The outcome of the agent.</param>
    /// <returns>The result. If a limit was reached, it has the time at which the task may retry.</returns>
    public async Task<AgentRunResult> SettleAsync(AgentRunResult result, AgentOutcome outcome)
    {
        var record = await UsageRecordWriter.WriteDownAsync(
            agent.Folder,
            agent.Id,
            () => RecordOf(Reservation?.Since ?? Now, outcome),
            UsageHistory.Of(services.Environment, services.Time),
            CancellationToken.None
        );
        var used = record.Sum;
        // The agent used up its reservation but not its own limit, so it continues its conversation once more is available.
        var isAtGrant = result.FailureClass == FailureClass.Limit && EndsAtGrant(outcome);
        result = result with
        {
            FailureClass = isAtGrant ? FailureClass.Budget : result.FailureClass,
            Cost = Math.Max(result.Cost, MicroDollars.ToDollars(used.Micros)),
        };
        try
        {
            var isBlocked = outcome.Failure == AgentFailure.UsageLimit;
            // An agent that works past midnight is billed to the day on which it started.
            var answer = await services.Governor.CallAsync(
                Call() with
                {
                    Works = _works,
                    Windows = TakeHeard(),
                    Reached = isBlocked ? Limit(outcome) : null,
                    Ended = new RunEnd(used, agent.ScopesOf(LocalDays.Of(record.Since, services.Time.LocalTimeZone))),
                    // Work in progress keeps its priority among the tasks that wake up.
                    Start = isBlocked ? agent.ToRequest(holder, LocalDays.Today(services.Time)) with { IsUnderWay = true } : null,
                    OnlyInLine = true,
                },
                CancellationToken.None
            );
            Warn(answer.Warns);
            if (isBlocked)
            {
                var wake = (answer.Admission as Wait)?.Until;
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

    private GovernorCall Call() =>
        new()
        {
            RequestId = Guid.NewGuid().ToString("n"),
            Account = agent.Account,
            Id = agent.Id,
        };

    private LimitReached Limit(AgentOutcome outcome)
    {
        var window = outcome.Windows?.DecidingWindow;
        return new LimitReached(window?.Name, window?.ResetsAt ?? outcome.ResetsAt, $"usage_limit_reached of {agent.Run}/{agent.Task}");
    }

    /// <summary>Describes the price of continuing a conversation after its prompt has left the cache and must be read again.</summary>
    private string PriceOfGoingOn(DateTimeOffset? wake)
    {
        if (_context == 0 || wake - Now is not { } wait || wait < CacheLife)
        {
            return "";
        }
        var price = prices.Find(agent.Model) is { } known
            ? $", about {MicroDollars.Text(known.Of(new TokenCounts(0, 0, 0, _context)))} USD"
            : "";
        return $"Continuing then reads {Plural.Grouped(_context, "token")} of its conversation again, because the prompt cache "
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
            // Usage observed from an agent that reported no final usage is a lower bound.
            Models =
            [
                .. UsageRecords.AtLeast(
                    [.. AccountPrices.Models(outcome.Usage, prices)],
                    outcome.IsUsageComplete ? Amount.Zero : _used,
                    agent.Model
                ),
            ],
            Windows = [.. Readings(outcome.Windows)],
        };

    /// <summary>Filters out implausible readings of limits.</summary>
    private IEnumerable<WindowReading> Readings(UsageWindows? said)
    {
        foreach (var window in said?.Windows ?? [])
        {
            if (window is { Used: { } share } && window.BelievedReset(Now) is { } reset)
            {
                yield return new WindowReading(window.Name, (int)Math.Clamp(Math.Round(share * 1_000_000), 0, MostFull), reset);
            }
        }
    }

    private List<SeenWindow> TakeHeard()
    {
        var seen = new List<SeenWindow>();
        var warnAt = agent.Settings.Usage.WarnAt * 10_000;
        while (_heard.TryDequeue(out var heard))
        {
            seen.AddRange(
                Readings(heard.Usage)
                    .Select(read => new SeenWindow(read.Name, read.PartsPerMillion, read.ResetsAt, "rate_limit_event", warnAt))
            );
        }
        return seen;
    }

    private void Warn(IEnumerable<SeenWindow> windows)
    {
        foreach (var window in windows)
        {
            var used =
                $"the account {agent.Account} has used {WaitReasonText.Percent(window.PartsPerMillion)} of its "
                + $"{WaitReasonText.Name(window.Name)} limit";
            var until = string.Create(CultureInfo.InvariantCulture, $"it resets at {window.ResetsAt.UtcDateTime:yyyy-MM-dd HH:mm}Z");
            _notices.Add(new TaskNotice($"{used} (usage.warn_at); {until}", IsForPerson: true));
        }
    }
}
