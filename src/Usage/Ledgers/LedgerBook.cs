namespace Orchestrator.Usage;

/// <summary>Ledgers of all accounts of a user. Budgets of runs and days are summed over all of them.</summary>
/// <param name="Ledgers">Ledgers by account name.</param>
public sealed record LedgerBook(ImmutableSortedDictionary<string, Ledger> Ledgers)
{
    /// <summary>Book without any accounts.</summary>
    public static LedgerBook Empty { get; } = new(ImmutableSortedDictionary<string, Ledger>.Empty);

    /// <summary>Returns the ledger of an account, or an empty one if the account is unknown.</summary>
    public Ledger Of(string account) => Ledgers.GetValueOrDefault(account) ?? Ledger.Empty(account);

    /// <summary>Returns a copy in which the given ledger is added or replaced.</summary>
    public LedgerBook With(Ledger ledger) => new(Ledgers.SetItem(ledger.Account, ledger));

    /// <summary>Sums the spending in a scope, including the possible spending of lost agents.</summary>
    public Amount SpentIn(string scope) => Sum(ledger => ledger.SpentIn(scope).Plus(ledger.ReservedIn(scope, isLost: true)));

    /// <summary>Sums the reservations of running agents in a scope.</summary>
    public Amount ReservedIn(string scope) => Sum(ledger => ledger.ReservedIn(scope, isLost: false));

    /// <summary>Sums the reported usage so far of running agents in a scope.</summary>
    public Amount UsedIn(string scope) =>
        Ledgers
            .Values.SelectMany(ledger => ledger.Reservations)
            .Where(reservation => !reservation.IsLost && reservation.Scopes.Contains(scope))
            .Aggregate(Amount.Zero, (sum, reservation) => sum.Plus(new Amount(reservation.UsedMicros, reservation.UsedTokens)));

    /// <summary>Returns a budget with its current limit, including a user's raise.</summary>
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

    private Amount Sum(Func<Ledger, Amount> of) => Ledgers.Values.Aggregate(Amount.Zero, (sum, ledger) => sum.Plus(of(ledger)));
}
