namespace Orchestrator.Usage;

/// <summary>Windows of an account, and blocks when one is used up.</summary>
public static class Parks
{
    /// <summary>Nothing is started before a reset has been over for so long, because clocks differ; after a short wait for at most as long
    /// as that.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>The span within which those that wait for a reset wake.</summary>
    public static readonly TimeSpan Spread = TimeSpan.FromMinutes(1);

    /// <summary>For a block without a reset that can be true.</summary>
    public static readonly TimeSpan Unknown = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    /// <summary>The service has refused the account because a limit is used up. A block that is known stays until its end; a later end
    /// counts.</summary>
    /// <param name="id">The agent run that was refused.</param>
    /// <param name="window">The window; null: the service did not say.</param>
    /// <param name="resetsAt">The reset that the service named; null: none.</param>
    /// <param name="fact">What says so.</param>
    public static LedgerBook Block(
        LedgerBook book,
        string account,
        string id,
        string? window,
        DateTimeOffset? resetsAt,
        string fact,
        DateTimeOffset now
    )
    {
        var ledger = book.Of(account);
        var known = ledger.Park;
        // Agents that were at work when it began are refused one after the other: that is one block. A refusal of an agent that was
        // started after its end is another.
        var isSame = known is not null && (known.OpensAt > now || ledger.Find(id) is { } refused && refused.Since < known.OpensAt);
        var blocks = known is null ? 1 : known.Blocks + (isSame ? 0 : 1);
        var (until, opens, doubt) = Judge(window, resetsAt, blocks, now);
        // The later end counts.
        var keeps = isSame && known!.OpensAt >= opens;
        var park = new AccountPark
        {
            Until = keeps ? known!.Until : until,
            OpensAt = keeps ? known!.OpensAt : opens,
            Window = window ?? (isSame ? known!.Window : null),
            Fact = keeps ? known!.Fact : fact,
            Doubt = keeps ? known!.Doubt : doubt,
            Since = isSame ? known!.Since : now,
            Blocks = blocks,
        };
        return book.With(ledger with { Park = park });
    }

    /// <summary>An agent that was started after the end of a block is answered: the account works again.</summary>
    /// <param name="id">The agent run.</param>
    public static LedgerBook Works(LedgerBook book, string account, string id)
    {
        var ledger = book.Of(account);
        return ledger.Park is { } park && ledger.Find(id) is { } one && one.Since >= park.OpensAt
            ? book.With(ledger with { Park = null })
            : book;
    }

    /// <summary>Records the service's report on a window.</summary>
    /// <param name="warnAt">From where a person is warned, in parts per million.</param>
    /// <returns>The book, and whether a person is to be warned now: once until the reset.</returns>
    public static (LedgerBook Book, bool Warns) Observe(
        LedgerBook book,
        string account,
        string name,
        int partsPerMillion,
        DateTimeOffset resetsAt,
        string fact,
        int warnAt,
        DateTimeOffset now
    )
    {
        var ledger = book.Of(account);
        var known = ledger.Windows.GetValueOrDefault(name);
        // Resets move by seconds from answer to answer; a window that is over is another one.
        var warned = known?.WarnedFor is { } reset && reset > now ? known.WarnedFor : null;
        var warns = partsPerMillion >= warnAt && warned is null && resetsAt > now;
        var window = new LedgerWindow(partsPerMillion, resetsAt, now, fact, warns ? resetsAt : warned);
        return (book.With(ledger with { Windows = ledger.Windows.SetItem(name, window) }), warns);
    }

    internal static Wait? Refusal(Ledger ledger, StartRequest request, DateTimeOffset now)
    {
        if (ledger.Park is { } park)
        {
            if (park.OpensAt > now)
            {
                return new Wait(WakeAt(ledger, request, park.OpensAt), new Blocked(ledger.Account, park));
            }
            if (park.Probe is { } probe && ledger.Find(probe) is { IsLost: false })
            {
                return new Wait(now + Governor.Soon, new BeingTried(ledger.Account, park));
            }
        }
        var full = ledger
            .Windows.Where(window => window.Value.PartsPerMillion >= request.PauseAt && OpensAt(window.Value) > now)
            .OrderByDescending(window => window.Value.ResetsAt)
            .FirstOrDefault();
        return full.Value is { } window && IsPlausible(full.Key, window.ResetsAt, window.SeenAt)
            ? new Wait(WakeAt(ledger, request, OpensAt(window)), new NearlyFull(ledger.Account, full.Key, window, request.PauseAt))
            : null;
    }

    /// <summary>One after the other, those whose work was begun first.</summary>
    private static DateTimeOffset WakeAt(Ledger ledger, StartRequest request, DateTimeOffset opens)
    {
        var before = ledger.Waiting.Where(waiter => waiter.Id != request.Place && (waiter.IsUnderWay || !request.IsUnderWay));
        var mine = ledger.Waiting.FirstOrDefault(waiter => waiter.Id == request.Place);
        var place = before.Count(waiter => mine is null || waiter.IsUnderWay != request.IsUnderWay || IsBefore(waiter, mine));
        var pause = Step * place;
        return opens + (pause < Spread ? pause : Spread);
    }

    private static bool IsBefore(Waiter one, Waiter other) =>
        one.Since != other.Since ? one.Since < other.Since : string.CompareOrdinal(one.Id, other.Id) < 0;

    /// <summary>When agents are started again after a window that was nearly full.</summary>
    public static DateTimeOffset OpensAt(LedgerWindow window) => window.ResetsAt + GraceFor(window.ResetsAt - window.SeenAt);

    private static TimeSpan GraceFor(TimeSpan wait) => wait < Grace ? wait : Grace;

    /// <summary>Resets lie: in the past, absent, or hours away because a clock is wrong. Then it is tried again after pauses that
    /// grow.</summary>
    private static (DateTimeOffset Until, DateTimeOffset OpensAt, string Doubt) Judge(
        string? window,
        DateTimeOffset? resetsAt,
        int blocks,
        DateTimeOffset now
    )
    {
        var factor = Math.Pow(2, Math.Clamp(blocks - 1, 0, 10));
        return resetsAt switch
        {
            null => Again(Unknown, "the service named no reset"),
            { } past when past <= now => Again(First, "the reset that the service named is over"),
            { } far when !IsPlausible(window, far, now) => Again(
                Unknown,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the reset that the service named ({far.UtcDateTime:yyyy-MM-dd HH:mm}Z) is too far away"
                )
            ),
            { } reset => (reset, reset + GraceFor(reset - now), ""),
        };

        (DateTimeOffset, DateTimeOffset, string) Again(TimeSpan pause, string doubt) =>
            (now + Least(pause * factor), now + Least(pause * factor), doubt);
    }

    private static TimeSpan Least(TimeSpan pause) => pause < Longest ? pause : Longest;

    /// <summary>A window is not longer than its name says.</summary>
    private static bool IsPlausible(string? window, DateTimeOffset reset, DateTimeOffset now) => reset - now <= LengthOf(window) + Slack;

    /// <summary>The greatest length of a window, by its name.</summary>
    internal static TimeSpan LengthOf(string? window) =>
        window is not null && window.StartsWith("five_hour", StringComparison.Ordinal) ? TimeSpan.FromHours(5) : TimeSpan.FromDays(7);
}
