namespace Orchestrator.Usage;

/// <summary>
/// Rules for starting the agents of an account. Has no side effects. Each rule takes a set of ledgers and returns the changed set. The
/// caller stores the set and must serialize changes.
/// </summary>
public static class AgentStartAdmitter
{
    /// <summary>Retry interval for a start that is waiting until running agents release slots or budgets.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>Time for which a scope's spending is kept after its last change. The longest budget period is a month.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(40);

    /// <summary>
    /// Time for which the spending of attempts and tasks is kept after its last change. Attempts and tasks are numerous and end within
    /// days.
    /// </summary>
    private static readonly TimeSpan KeptOfTasks = TimeSpan.FromDays(10);

    /// <summary>
    /// Maximum number of attempts and tasks whose spending is kept, starting with the most recent. The limit ensures that a ledger fits
    /// into a message.
    /// </summary>
    private const int MostOfTasks = 3000;

    /// <summary>Tolerance for clock differences and late reports.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Admits, delays or refuses an agent start. An admitted start reserves a share of the remainder of its budgets. A repeated request
    /// replaces its earlier reservation.
    /// </summary>
    /// <param name="rules">Rules of the caller's version.</param>
    public static (AccountLedgerSet Book, AgentAdmissionDecision Admission) Admit(
        AccountLedgerSet book,
        AgentStartRequest request,
        DateTimeOffset now,
        AccountGovernorRuleSwitches rules = AccountGovernorRuleSwitches.Current
    )
    {
        var isFair = rules.HasFlag(AccountGovernorRuleSwitches.FairSlots);
        var before = book.Of(request.Account);
        var known = WithoutSilent(before, now);
        // A repeated request is decided again, because the account may have entered a backoff since it was admitted.
        var ledger = known with
        {
            Reservations = known.Reservations.RemoveAll(one => one.Id == request.Id),
            Park = known.Park is { } park && park.Probe == request.Id ? park with { Probe = null } : known.Park,
        };
        if (isFair && request.Slots is not null)
        {
            ledger = AccountSlotQueue.Join(ledger, before, request, now);
        }
        var others = book.With(ledger);
        if (Refusal(others, ledger, request, now, rules) is { } refusal)
        {
            // A start that waits for money leaves the queue for slots, so that it keeps no slot from others.
            var isInLine = refusal is AgentStartDelayedDecision wait && !(isFair && wait.Why is BudgetReservedStartDelayCause);
            var waiting = isInLine
                ? AccountSlotQueue.Keep(ledger.Waiting, request, now)
                : AccountSlotQueue.RemoveWaiting(ledger.Waiting, request.Place);
            return (book.With(ledger with { Waiting = waiting }), refusal);
        }
        var (micros, tokens) = ReservationAmountCalculator.Of(others, request);
        var reservation = new AgentRunAccountReservation
        {
            Id = request.Id,
            Repository = request.Repository,
            Run = request.Run,
            Task = request.Task,
            Attempt = request.Attempt,
            Model = request.Model,
            Holder = request.Holder,
            Folder = request.Folder,
            Since = now,
            StopsAfter = request.StopsAfter,
            GrantedMicros = micros,
            GrantedTokens = tokens,
            Scopes = [.. request.Caps.Select(cap => cap.Scope).Distinct()],
        };
        var next = ledger with
        {
            Reservations = ledger.Reservations.Add(reservation),
            Waiting = AccountSlotQueue.RemoveWaiting(ledger.Waiting, request.Place),
            Park = ledger.Park is { } tried ? tried with { Probe = request.Id } : null,
            Turns = AccountSlotQueue.Advance(ledger, now).Turns.Begin(request.RunKey),
        };
        return (book.With(next), new AgentAdmittedDecision(reservation));
    }

    private static AgentAdmissionDecision? Refusal(
        AccountLedgerSet book,
        AccountLedger ledger,
        AgentStartRequest request,
        DateTimeOffset now,
        AccountGovernorRuleSwitches rules
    ) =>
        AccountBackoffCalculator.Refusal(ledger, request, now, rules)
        ?? BudgetEnforcer.Refusal(book, request, now)
        ?? AccountSlotQueue.Refusal(ledger, request, now, rules.HasFlag(AccountGovernorRuleSwitches.FairSlots));

    /// <summary>
    /// Records the usage of an ended agent run and removes its reservation. Does nothing if the reservation no longer exists, so that a
    /// repeated settlement counts only once.
    /// </summary>
    /// <param name="scopes">Scopes to book in addition to those in the reservation.</param>
    public static (AccountLedgerSet Book, AgentRunAccountReservation? Settled) SettleReservation(
        AccountLedgerSet book,
        string account,
        string id,
        MoneyAndTokenAmount used,
        IReadOnlyList<string> scopes,
        DateTimeOffset now
    )
    {
        var ledger = book.Of(account);
        if (ledger.Find(id) is not { } reservation)
        {
            return (book, null);
        }
        var spent = ledger.Spent.ToBuilder();
        foreach (var scope in reservation.Scopes.Union(scopes))
        {
            var before = ledger.SpentIn(scope);
            spent[scope] = new BudgetScopeSpending(before.Micros + used.Micros, before.Tokens + used.Tokens, now);
        }
        spent.RemoveRange(Old(ledger, now));
        return (
            book.With(
                ledger with
                {
                    Reservations = ledger.Reservations.Remove(reservation),
                    Spent = spent.ToImmutable(),
                    Park = WithoutProbe(ledger.Park, id),
                }
            ),
            reservation
        );
    }

    private static List<string> Old(AccountLedger ledger, DateTimeOffset now)
    {
        var ofTasks = ledger.Spent.Where(one => BudgetScopeNames.IsOfTask(one.Key)).ToList();
        var tooMany = ofTasks.OrderByDescending(one => one.Value.At).Skip(MostOfTasks);
        return
        [
            .. ledger.Spent.Where(one => now - one.Value.At > Kept).Select(one => one.Key),
            .. ofTasks.Where(one => now - one.Value.At > KeptOfTasks).Concat(tooMany).Select(one => one.Key),
        ];
    }

    /// <summary>Releases the reservation of an admitted agent that was not started.</summary>
    public static AccountLedgerSet Release(AccountLedgerSet book, string account, string id)
    {
        var ledger = book.Of(account);
        return book.With(
            ledger with
            {
                Reservations = ledger.Reservations.RemoveAll(one => one.Id == id),
                Park = WithoutProbe(ledger.Park, id),
            }
        );
    }

    /// <summary>Records a running agent's usage so far.</summary>
    public static AccountLedgerSet Report(AccountLedgerSet book, string account, string id, MoneyAndTokenAmount used) =>
        Change(
            book,
            account,
            id,
            one => one with { UsedMicros = Math.Max(one.UsedMicros, used.Micros), UsedTokens = Math.Max(one.UsedTokens, used.Tokens) }
        );

    /// <summary>Records that the holder still monitors the agent run.</summary>
    public static AccountLedgerSet RecordMonitored(AccountLedgerSet book, string account, string id, DateTimeOffset now) =>
        Change(book, account, id, one => one with { SeenAt = now, IsLost = false });

    /// <summary>Marks an agent run as lost because no process monitors it and it left no record. Its grant stays reserved.</summary>
    public static AccountLedgerSet MarkLost(AccountLedgerSet book, string account, string id)
    {
        var lost = Change(book, account, id, one => one with { IsLost = true });
        var ledger = lost.Of(account);
        return lost.With(ledger with { Park = WithoutProbe(ledger.Park, id) });
    }

    /// <summary>Transfers an agent run to another process.</summary>
    public static AccountLedgerSet TransferAgentRun(
        AccountLedgerSet book,
        string account,
        string id,
        AgentRunReservationHolderProcess holder
    ) => Change(book, account, id, one => one with { Holder = holder, IsLost = false });

    private static AccountLedgerSet Change(
        AccountLedgerSet book,
        string account,
        string id,
        Func<AgentRunAccountReservation, AgentRunAccountReservation> change
    )
    {
        var ledger = book.Of(account);
        return ledger.Find(id) is { } one ? book.With(ledger with { Reservations = ledger.Reservations.Replace(one, change(one)) }) : book;
    }

    // The holder's host is gone or asleep, so the agent no longer runs and its usage is unknown.
    private static AccountLedger WithoutSilent(AccountLedger ledger, DateTimeOffset now)
    {
        return ledger.Reservations.Any(IsSilent)
            ? ledger with
            {
                Reservations = [.. ledger.Reservations.Select(one => IsSilent(one) ? one with { IsLost = true } : one)],
                Park = ledger.Reservations.Where(IsSilent).Aggregate(ledger.Park, (park, one) => WithoutProbe(park, one.Id)),
            }
            : ledger;

        bool IsSilent(AgentRunAccountReservation one) =>
            !one.IsLost && one.StopsAfter is { } after && now - (one.SeenAt ?? one.Since) > after + Slack;
    }

    private static AccountBackoff? WithoutProbe(AccountBackoff? park, string id) => park?.Probe == id ? park with { Probe = null } : park;
}
