namespace Orchestrator.Usage;

/// <summary>
/// Applies calls according to the rules of <see cref="Governor"/>, <see cref="AccountBackoffs"/> and <see cref="Budgets"/>. Has no side
/// effects. The caller must serialize calls and store the book.
/// </summary>
public static class GovernorCalls
{
    /// <summary>Applies a call to the ledgers.</summary>
    /// <param name="rules">Rules of the caller's version.</param>
    /// <returns>The next book and the result of the call.</returns>
    public static (LedgerBook Book, GovernorAnswer Answer) Apply(
        LedgerBook book,
        GovernorCall call,
        DateTimeOffset now,
        GovernorRules rules = GovernorRules.Current
    )
    {
        if (call.Raised is { } cap)
        {
            var account = call.Account.Length > 0 ? call.Account : book.AccountWith(cap.Scope) ?? SharedBudgets.Account;
            var (raised, refusal) = Budgets.IncreaseLimit(book, account, cap, now);
            return (raised ?? book, new GovernorAnswer { Refusal = refusal });
        }
        if (call.IfHeldBy is { } holder && book.Of(call.Account).Find(call.Id)?.Holder != holder)
        {
            return (book, new GovernorAnswer { Park = book.Of(call.Account).Park });
        }
        (book, var warns) = Observe(book, call, now);
        (book, var settled) = End(book, call, now, rules);
        (book, var admission) = Start(book, call, now, rules);
        var ledger = book.Of(call.Account);
        return (
            book,
            new GovernorAnswer
            {
                Admission = admission,
                Reservation = settled ?? ledger.Find(call.Id),
                IsSettled = settled is not null,
                Park = ledger.Park,
                Warns = warns,
            }
        );
    }

    private static (LedgerBook Book, IReadOnlyList<UsageWindowReport> Warns) Observe(LedgerBook book, GovernorCall call, DateTimeOffset now)
    {
        if (call.TakenOverBy is { } successor)
        {
            book = Governor.TransferAgentRun(book, call.Account, call.Id, successor);
        }
        if (call.Works)
        {
            book = AccountBackoffs.Works(book, call.Account, call.Id);
        }
        var warns = new List<UsageWindowReport>();
        foreach (var seen in call.Windows)
        {
            (book, var isNews) = AccountBackoffs.Observe(
                book,
                call.Account,
                seen.Name,
                seen.PartsPerMillion,
                seen.ResetsAt,
                seen.Fact,
                seen.WarnAt,
                now
            );
            if (isNews)
            {
                warns.Add(seen);
            }
        }
        if (call.Used is { } used)
        {
            book = Governor.RecordMonitored(Governor.Report(book, call.Account, call.Id, used), call.Account, call.Id, now);
        }
        return (book, warns);
    }

    private static (LedgerBook Book, Reservation? Settled) End(LedgerBook book, GovernorCall call, DateTimeOffset now, GovernorRules rules)
    {
        if (call.Reached is { } limit)
        {
            book = AccountBackoffs.Block(book, call.Account, call.Id, limit.Window, limit.ResetsAt, limit.Fact, now, rules);
        }
        if (call.Ended is not null || call.Released || call.Lost)
        {
            book = book.With(AccountSlotQueue.Advance(book.Of(call.Account), now));
        }
        Reservation? settled = null;
        if (call.Ended is { } end)
        {
            (book, settled) = Governor.SettleReservation(book, call.Account, call.Id, end.Used, end.Scopes, now);
        }
        book = call.Released ? Governor.Release(book, call.Account, call.Id) : book;
        return (call.Lost ? Governor.MarkLost(book, call.Account, call.Id) : book, settled);
    }

    private static (LedgerBook Book, Admission? Admission) Start(
        LedgerBook book,
        GovernorCall call,
        DateTimeOffset now,
        GovernorRules rules
    )
    {
        if (call.Start is not { } request)
        {
            return (book, null);
        }
        var (next, admission) = Governor.Admit(book, request, now, rules);
        return (call.OnlyInLine && admission is not StartDelayed ? book : next, admission);
    }
}
