namespace Orchestrator.Usage;

/// <summary>The rules by which agents of an account are started. Pure: a book of ledgers in, the next one out. Whoever stores it lets one
/// at a time change it.</summary>
public static class Governor
{
    /// <summary>Slots and budgets depend on agents at work, so it is asked again soon.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>What was spent in a scope is kept so long after the last time; a month is the longest that a budget is of.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(40);

    /// <summary>Judges an agent start, and reserves for it where it may begin. Repeating a request replaces its reservation.</summary>
    public static (LedgerBook Book, Admission Admission) Admit(LedgerBook book, StartRequest request, DateTimeOffset now)
    {
        var known = book.Of(request.Account);
        // It is judged anew: since it was admitted the account may have been blocked.
        var ledger = known with
        {
            Reservations = known.Reservations.RemoveAll(one => one.Id == request.Id),
            Park = known.Park is { } park && park.Probe == request.Id ? park with { Probe = null } : known.Park,
        };
        var others = book.With(ledger);
        if (Refusal(others, ledger, request, now) is { } refusal)
        {
            // Who is asked about money does not stand in line.
            var waiting = refusal is Wait ? Waiters.Keep(ledger.Waiting, request, now) : Waiters.Leave(ledger.Waiting, request.Place);
            return (book.With(ledger with { Waiting = waiting }), refusal);
        }
        var (micros, tokens) = Grants.Of(others, request);
        var reservation = new Reservation
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
            GrantedMicros = micros,
            GrantedTokens = tokens,
            Scopes = [.. request.Caps.Select(cap => cap.Scope).Distinct()],
        };
        var next = ledger with
        {
            Reservations = ledger.Reservations.Add(reservation),
            Waiting = Waiters.Leave(ledger.Waiting, request.Place),
            Park = ledger.Park is { } tried ? tried with { Probe = request.Id } : null,
        };
        return (book.With(next), new Admitted(reservation));
    }

    private static Admission? Refusal(LedgerBook book, Ledger ledger, StartRequest request, DateTimeOffset now) =>
        Parks.Refusal(ledger, request, now) ?? Budgets.Refusal(book, request, now) ?? Waiters.Refusal(ledger, request, now);

    /// <summary>An agent run has ended and its use is known. One that has no reservation (any more) changes nothing, so that settling twice
    /// is counted once.</summary>
    /// <param name="scopes">Scopes to count it in beside those that were reserved in.</param>
    public static (LedgerBook Book, Reservation? Settled) Settle(
        LedgerBook book,
        string account,
        string id,
        Amount used,
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
            spent[scope] = new Spent(before.Micros + used.Micros, before.Tokens + used.Tokens, now);
        }
        foreach (var old in ledger.Spent.Where(one => now - one.Value.At > Kept))
        {
            spent.Remove(old.Key);
        }
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

    /// <summary>An agent that was admitted was not started.</summary>
    public static LedgerBook Release(LedgerBook book, string account, string id)
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

    /// <summary>What an agent at work has used by now.</summary>
    public static LedgerBook Report(LedgerBook book, string account, string id, Amount used) =>
        Change(
            book,
            account,
            id,
            one => one with { UsedMicros = Math.Max(one.UsedMicros, used.Micros), UsedTokens = Math.Max(one.UsedTokens, used.Tokens) }
        );

    /// <summary>Nobody follows the agent run any more, and it has left no record: what was granted stays reserved.</summary>
    public static LedgerBook Lose(LedgerBook book, string account, string id)
    {
        var lost = Change(book, account, id, one => one with { IsLost = true });
        var ledger = lost.Of(account);
        return lost.With(ledger with { Park = WithoutProbe(ledger.Park, id) });
    }

    /// <summary>Another process goes on with an agent run.</summary>
    public static LedgerBook TakeOver(LedgerBook book, string account, string id, Holder holder) =>
        Change(book, account, id, one => one with { Holder = holder, IsLost = false });

    private static LedgerBook Change(LedgerBook book, string account, string id, Func<Reservation, Reservation> change)
    {
        var ledger = book.Of(account);
        return ledger.Find(id) is { } one ? book.With(ledger with { Reservations = ledger.Reservations.Replace(one, change(one)) }) : book;
    }

    private static AccountPark? WithoutProbe(AccountPark? park, string id) => park?.Probe == id ? park with { Probe = null } : park;
}
