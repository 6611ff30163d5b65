namespace Orchestrator.Usage;

/// <summary>
/// Applies governor calls to the ledgers, according to the rules of <see cref="AgentStartAdmitter"/>,
/// <see cref="AccountBackoffCalculator"/> and <see cref="BudgetEnforcer"/>. Has no side effects. The caller must serialize calls and store
/// the resulting ledgers.
/// </summary>
public static class AccountGovernorRequestHandler
{
    /// <summary>Applies a call to the ledgers.</summary>
    /// <param name="rules">Rules of the caller's version.</param>
    /// <returns>The next book and the result of the call.</returns>
    public static (AccountLedgerSet Book, AccountGovernorResponse Answer) Apply(
        AccountLedgerSet book,
        AccountGovernorRequest call,
        DateTimeOffset now,
        AccountGovernorRuleSwitches rules = AccountGovernorRuleSwitches.Current
    )
    {
        if (call.Raised is { } cap)
        {
            var account = call.Account.Length > 0 ? call.Account : book.AccountWith(cap.Scope) ?? GovernorRequestByLedgerSplitter.Account;
            var (raised, refusal) = BudgetEnforcer.IncreaseLimit(book, account, cap, now);
            return (raised ?? book, new AccountGovernorResponse { Refusal = refusal });
        }
        if (call.IfHeldBy is { } holder && book.Of(call.Account).Find(call.Id)?.Holder != holder)
        {
            return (book, new AccountGovernorResponse { Park = book.Of(call.Account).Park });
        }
        (book, var warns) = Observe(book, call, now);
        (book, var settled) = End(book, call, now, rules);
        (book, var admission) = Start(book, call, now, rules);
        var ledger = book.Of(call.Account);
        return (
            book,
            new AccountGovernorResponse
            {
                Admission = admission,
                Reservation = settled ?? ledger.Find(call.Id),
                IsSettled = settled is not null,
                Park = ledger.Park,
                Warns = warns,
            }
        );
    }

    private static (AccountLedgerSet Book, IReadOnlyList<UsageWindowReport> Warns) Observe(
        AccountLedgerSet book,
        AccountGovernorRequest call,
        DateTimeOffset now
    )
    {
        if (call.TakenOverBy is { } successor)
        {
            book = AgentStartAdmitter.TransferAgentRun(book, call.Account, call.Id, successor);
        }
        if (call.Works)
        {
            book = AccountBackoffCalculator.Works(book, call.Account, call.Id);
        }
        var warns = new List<UsageWindowReport>();
        foreach (var seen in call.Windows)
        {
            (book, var isNews) = AccountBackoffCalculator.Observe(book, call.Account, seen, now);
            if (isNews)
            {
                warns.Add(seen);
            }
        }
        if (call.Used is { } used)
        {
            book = AgentStartAdmitter.RecordMonitored(
                AgentStartAdmitter.Report(book, call.Account, call.Id, used),
                call.Account,
                call.Id,
                now
            );
        }
        return (book, warns);
    }

    private static (AccountLedgerSet Book, AgentRunAccountReservation? Settled) End(
        AccountLedgerSet book,
        AccountGovernorRequest call,
        DateTimeOffset now,
        AccountGovernorRuleSwitches rules
    )
    {
        if (call.Reached is { } limit)
        {
            book = AccountBackoffCalculator.Block(book, call.Account, call.Id, limit, now, rules);
        }
        if (call.Ended is not null || call.Released || call.Lost)
        {
            book = book.With(AccountSlotQueue.Advance(book.Of(call.Account), now));
        }
        AgentRunAccountReservation? settled = null;
        if (call.Ended is { } end)
        {
            (book, settled) = AgentStartAdmitter.SettleReservation(book, call.Account, call.Id, end.Used, end.Scopes, now);
        }
        book = call.Released ? AgentStartAdmitter.Release(book, call.Account, call.Id) : book;
        return (call.Lost ? AgentStartAdmitter.MarkLost(book, call.Account, call.Id) : book, settled);
    }

    private static (AccountLedgerSet Book, AgentAdmissionDecision? Admission) Start(
        AccountLedgerSet book,
        AccountGovernorRequest call,
        DateTimeOffset now,
        AccountGovernorRuleSwitches rules
    )
    {
        if (call.Start is not { } request)
        {
            return (book, null);
        }
        var (next, admission) = AgentStartAdmitter.Admit(book, request, now, rules);
        return (call.OnlyInLine && admission is not AgentStartDelayedDecision ? book : next, admission);
    }
}
