namespace Orchestrator.Usage;

/// <summary>Rules for an account's usage windows, and for its backoff after a window is used up.</summary>
public static class AccountBackoffCalculator
{
    /// <summary>
    /// Maximum delay between a reset and the next start, which allows for clock differences. The actual delay is a tenth of the wait for
    /// the reset, but at least <see cref="LeastGrace"/>.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>Minimum delay between a reset and the next start.</summary>
    public static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(1);

    /// <summary>Delay between a reset and the next start, as a fraction of the wait for the reset.</summary>
    private const double GraceShare = 0.1;

    /// <summary>Time span after the reset of a usage limit within which the starts of waiting agents are staggered.</summary>
    public static readonly TimeSpan Spread = TimeSpan.FromMinutes(1);

    /// <summary>First backoff if no plausible reset time is known.</summary>
    public static readonly TimeSpan Unknown = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Starts a backoff after the service rejected the account because a limit was used up. An existing backoff is kept or extended, never
    /// shortened.
    /// </summary>
    /// <param name="id">Id of the rejected agent run.</param>
    /// <param name="limit">The service's rejection.</param>
    /// <param name="rules">Rules of the caller's version.</param>
    public static AccountLedgerSet Block(
        AccountLedgerSet book,
        string account,
        string id,
        UsageLimitRejection limit,
        DateTimeOffset now,
        AccountGovernorRuleSwitches rules = AccountGovernorRuleSwitches.Current
    )
    {
        var ledger = book.Of(account);
        var known = ledger.Park;
        // Rejections of agents that were already running when the backoff started belong to that backoff. The rejection of an agent that
        // started after the backoff's end starts a new one.
        var isSame = known is not null && (known.OpensAt > now || ledger.Find(id) is { } refused && refused.Since < known.OpensAt);
        var blocks = known is null ? 1 : known.Blocks + (isSame ? 0 : 1);
        var (until, opens, doubt) = Judge(limit.Window, limit.ResetsAt, blocks, now, rules);
        // Of two ends, the later one applies.
        var keeps = isSame && known!.OpensAt >= opens;
        var park = new AccountBackoff
        {
            Until = keeps ? known!.Until : until,
            OpensAt = keeps ? known!.OpensAt : opens,
            Window = limit.Window ?? (isSame ? known!.Window : null),
            Fact = keeps ? known!.Fact : limit.Fact,
            Doubt = keeps ? known!.Doubt : doubt,
            Since = isSame ? known!.Since : now,
            Blocks = blocks,
        };
        return book.With(ledger with { Park = park });
    }

    /// <summary>
    /// Ends an account's backoff after an agent run has received an answer, provided that the agent run was admitted after the backoff's
    /// end time.
    /// </summary>
    /// <param name="id">Id of the agent run.</param>
    public static AccountLedgerSet Works(AccountLedgerSet book, string account, string id)
    {
        var ledger = book.Of(account);
        return ledger.Park is { } park && ledger.Find(id) is { } one && one.Since >= park.OpensAt
            ? book.With(ledger with { Park = null })
            : book;
    }

    /// <summary>Records the service's report about a usage window.</summary>
    /// <returns>The new book, and true if the user must be warned now. This happens once per reset.</returns>
    public static (AccountLedgerSet Book, bool Warns) Observe(
        AccountLedgerSet book,
        string account,
        UsageWindowReport seen,
        DateTimeOffset now
    )
    {
        var ledger = book.Of(account);
        var known = ledger.Windows.GetValueOrDefault(seen.Name);
        // Reset times vary by seconds between reports, so a warning applies until its reset time has passed.
        var warned = known?.WarnedFor is { } reset && reset > now ? known.WarnedFor : null;
        var warns = seen.PartsPerMillion >= seen.WarnAt && warned is null && seen.ResetsAt > now;
        var window = new AccountUsageWindow(seen.PartsPerMillion, seen.ResetsAt, now, seen.Fact, warns ? seen.ResetsAt : warned);
        return (book.With(ledger with { Windows = ledger.Windows.SetItem(seen.Name, window) }), warns);
    }

    internal static AgentStartDelayedDecision? Refusal(
        AccountLedger ledger,
        AgentStartRequest request,
        DateTimeOffset now,
        AccountGovernorRuleSwitches rules
    )
    {
        if (ledger.Park is { } park)
        {
            if (park.OpensAt > now)
            {
                return new AgentStartDelayedDecision(
                    NextRequestTime(ledger, request, park.OpensAt),
                    new AccountInBackoffStartDelayCause(ledger.Account, park)
                );
            }
            if (park.Probe is { } probe && ledger.Find(probe) is { IsLost: false })
            {
                return new AgentStartDelayedDecision(
                    now + AgentStartAdmitter.Soon,
                    new AccountBeingProbedStartDelayCause(ledger.Account, park)
                );
            }
        }
        var full = ledger
            .Windows.Where(window => window.Value.PartsPerMillion >= request.PauseAt && OpensAt(window.Value, rules) > now)
            .OrderByDescending(window => window.Value.ResetsAt)
            .FirstOrDefault();
        return full.Value is { } window && IsPlausible(full.Key, window.ResetsAt, window.SeenAt)
            ? new AgentStartDelayedDecision(
                NextRequestTime(ledger, request, OpensAt(window, rules)),
                new UsageWindowNearlyFullStartDelayCause(ledger.Account, full.Key, window, request.PauseAt)
            )
            : null;
    }

    /// <summary>
    /// Computes the time at which a start may be requested again. Starts are one second apart, and those that continue earlier work go
    /// first.
    /// </summary>
    private static DateTimeOffset NextRequestTime(AccountLedger ledger, AgentStartRequest request, DateTimeOffset opens)
    {
        var before = ledger.Waiting.Where(waiter => waiter.Id != request.Place && (waiter.IsUnderWay || !request.IsUnderWay));
        var mine = ledger.Waiting.FirstOrDefault(waiter => waiter.Id == request.Place);
        var place = before.Count(waiter => mine is null || waiter.IsUnderWay != request.IsUnderWay || IsBefore(waiter, mine));
        var pause = Step * place;
        return opens + (pause < Spread ? pause : Spread);
    }

    private static bool IsBefore(QueuedAgentStart one, QueuedAgentStart other) =>
        one.Since != other.Since ? one.Since < other.Since : string.CompareOrdinal(one.Id, other.Id) < 0;

    /// <summary>Returns the time at which agents may start again after a window was nearly full.</summary>
    /// <param name="rules">Rules of the caller's version.</param>
    public static DateTimeOffset OpensAt(
        AccountUsageWindow window,
        AccountGovernorRuleSwitches rules = AccountGovernorRuleSwitches.Current
    ) => window.ResetsAt + GraceFor(window.ResetsAt - window.SeenAt, rules);

    private static TimeSpan GraceFor(TimeSpan wait, AccountGovernorRuleSwitches rules)
    {
        if (!rules.HasFlag(AccountGovernorRuleSwitches.ProportionalGrace))
        {
            return wait < Grace ? wait : Grace;
        }
        return TimeSpan.FromTicks(Math.Clamp((wait * GraceShare).Ticks, LeastGrace.Ticks, Grace.Ticks));
    }

    /// <summary>
    /// Corrects a reported reset time that is missing, in the past, or implausibly late because of a wrong clock. In these cases, the
    /// account is probed with growing delays.
    /// </summary>
    private static (DateTimeOffset Until, DateTimeOffset OpensAt, string Doubt) Judge(
        string? window,
        DateTimeOffset? resetsAt,
        int blocks,
        DateTimeOffset now,
        AccountGovernorRuleSwitches rules
    )
    {
        var factor = Math.Pow(2, Math.Clamp(blocks - 1, 0, 10));
        return resetsAt switch
        {
            null => Again(Unknown, "the service reported no reset time"),
            { } past when past <= now => Again(First, "the reset time that the service reported has passed"),
            { } far when !IsPlausible(window, far, now) => Again(
                Unknown,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the reset time that the service reported ({far.UtcDateTime:yyyy-MM-dd HH:mm}Z) is too far away"
                )
            ),
            { } reset => (reset, reset + GraceFor(reset - now, rules), ""),
        };

        (DateTimeOffset, DateTimeOffset, string) Again(TimeSpan pause, string doubt) =>
            (now + Least(pause * factor), now + Least(pause * factor), doubt);
    }

    private static TimeSpan Least(TimeSpan pause) => pause < Longest ? pause : Longest;

    /// <summary>
    /// True if the reset is not later than the window's length allows. A later reset means that the clock of this host or of the service is
    /// wrong. A past reset is plausible, because only another request can reveal whether the limit still applies.
    /// </summary>
    public static bool IsPlausible(string? window, DateTimeOffset reset, DateTimeOffset now) => reset - now <= LengthOf(window) + Slack;

    /// <summary>Maximum length of a window, according to its name.</summary>
    internal static TimeSpan LengthOf(string? window) =>
        window is not null && window.StartsWith("five_hour", StringComparison.Ordinal) ? TimeSpan.FromHours(5) : TimeSpan.FromDays(7);
}
