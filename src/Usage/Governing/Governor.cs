namespace Orchestrator.Usage;

/// <summary>The rules by which agents of an account are started. Pure: a book of ledgers in, the next one out. Whoever stores it lets one
/// at a time change it.</summary>
public static class Governor
{
    /// <summary>Slots and budgets depend on agents at work, so it is asked again soon.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>The time for which the spending of a scope is kept after its last use; a month is the longest period of a budget.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(40);

    /// <summary>Attempts and tasks, which are many and end within days, are kept so long.</summary>
    private static readonly TimeSpan KeptOfTasks = TimeSpan.FromDays(10);

    /// <summary>The number of attempts and tasks that are kept, the latest ones: a ledger stays small enough to be sent.</summary>
    private const int MostOfTasks = 3000;

    /// <summary>Clocks differ, and reports come late.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    /// <summary>Judges an agent start, and reserves for it where it may begin. Repeating a request replaces its reservation.</summary>
    public static (LedgerBook Book, Admission Admission) Admit(LedgerBook book, StartRequest request, DateTimeOffset now)
    {
        var known = WithoutSilent(book.Of(request.Account), now);
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
            StopsAfter = request.StopsAfter,
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

    private static List<string> Old(Ledger ledger, DateTimeOffset now)
    {
        var ofTasks = ledger.Spent.Where(one => Scopes.IsOfTask(one.Key)).ToList();
        var tooMany = ofTasks.OrderByDescending(one => one.Value.At).Skip(MostOfTasks);
        return
        [
            .. ledger.Spent.Where(one => now - one.Value.At > Kept).Select(one => one.Key),
            .. ofTasks.Where(one => now - one.Value.At > KeptOfTasks).Concat(tooMany).Select(one => one.Key),
        ];
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

    /// <summary>Records the usage of a working agent.</summary>
    public static LedgerBook Report(LedgerBook book, string account, string id, Amount used) =>
        Change(
            book,
            account,
            id,
            one => one with { UsedMicros = Math.Max(one.UsedMicros, used.Micros), UsedTokens = Math.Max(one.UsedTokens, used.Tokens) }
        );

    /// <summary>The holder follows the agent run.</summary>
    public static LedgerBook See(LedgerBook book, string account, string id, DateTimeOffset now) =>
        Change(book, account, id, one => one with { SeenAt = now, IsLost = false });

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

    // The machine of the holder is gone, or sleeps: the agent is at work no more, and what it has used is not known.
    private static Ledger WithoutSilent(Ledger ledger, DateTimeOffset now)
    {
        return ledger.Reservations.Any(IsSilent)
            ? ledger with
            {
                Reservations = [.. ledger.Reservations.Select(one => IsSilent(one) ? one with { IsLost = true } : one)],
                Park = ledger.Reservations.Where(IsSilent).Aggregate(ledger.Park, (park, one) => WithoutProbe(park, one.Id)),
            }
            : ledger;

        bool IsSilent(Reservation one) => !one.IsLost && one.StopsAfter is { } after && now - (one.SeenAt ?? one.Since) > after + Slack;
    }

    private static AccountPark? WithoutProbe(AccountPark? park, string id) => park?.Probe == id ? park with { Probe = null } : park;
}
