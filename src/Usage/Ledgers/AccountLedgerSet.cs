namespace Orchestrator.Usage;

/// <summary>Ledgers of all accounts of a user. The spending of runs and days is summed over all ledgers.</summary>
/// <param name="Ledgers">Ledgers by account name.</param>
public sealed record AccountLedgerSet(ImmutableSortedDictionary<string, AccountLedger> Ledgers)
{
    /// <summary>Set without any ledgers.</summary>
    public static AccountLedgerSet Empty { get; } = new(ImmutableSortedDictionary<string, AccountLedger>.Empty);

    /// <summary>Returns the ledger of an account, or an empty one if the account is unknown.</summary>
    public AccountLedger Of(string account) => Ledgers.GetValueOrDefault(account) ?? AccountLedger.Empty(account);

    /// <summary>Returns a copy in which the given ledger is added or replaced.</summary>
    public AccountLedgerSet With(AccountLedger ledger) => new(Ledgers.SetItem(ledger.Account, ledger));

    /// <summary>
    /// Sums the spending in a scope. An agent run whose holder process died without a record counts with its reserved amount.
    /// </summary>
    public MoneyAndTokenAmount SpentIn(string scope) => Sum(ledger => ledger.SpentIn(scope).Plus(ledger.ReservedIn(scope, isLost: true)));

    /// <summary>Sums the reservations of running agents in a scope.</summary>
    public MoneyAndTokenAmount ReservedIn(string scope) => Sum(ledger => ledger.ReservedIn(scope, isLost: false));

    /// <summary>Sums the usage that running agents in a scope have reported so far.</summary>
    public MoneyAndTokenAmount UsedIn(string scope) =>
        Ledgers
            .Values.SelectMany(ledger => ledger.Reservations)
            .Where(reservation => !reservation.IsLost && reservation.Scopes.Contains(scope))
            .Aggregate(
                MoneyAndTokenAmount.Zero,
                (sum, reservation) => sum.Plus(new MoneyAndTokenAmount(reservation.UsedMicros, reservation.UsedTokens))
            );

    /// <summary>Returns a budget with its current limits, which include a user's latest raise.</summary>
    public BudgetCap Current(BudgetCap cap) =>
        Ledgers.Values.Select(ledger => ledger.Raised.GetValueOrDefault(cap.Scope)).OfType<RaisedBudgetCap>().MaxBy(raised => raised.At)
            is { } last
            ? cap with
            {
                Micros = last.Micros ?? cap.Micros,
                Tokens = last.Tokens ?? cap.Tokens,
            }
            : cap;

    /// <summary>Returns the name of an account with spending in a scope, or null if there is none.</summary>
    public string? AccountWith(string scope) => Ledgers.Values.FirstOrDefault(ledger => ledger.Spent.ContainsKey(scope))?.Account;

    private MoneyAndTokenAmount Sum(Func<AccountLedger, MoneyAndTokenAmount> of) =>
        Ledgers.Values.Aggregate(MoneyAndTokenAmount.Zero, (sum, ledger) => sum.Plus(of(ledger)));
}
