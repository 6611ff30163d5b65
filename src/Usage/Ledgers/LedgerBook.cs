namespace Orchestrator.Usage;

/// <summary>The ledgers of all accounts of a user: budgets of runs and days are summed up over all of them.</summary>
/// <param name="Ledgers">By account.</param>
public sealed record LedgerBook(ImmutableSortedDictionary<string, Ledger> Ledgers)
{
    /// <summary>No account is known.</summary>
    public static LedgerBook Empty { get; } = new(ImmutableSortedDictionary<string, Ledger>.Empty);

    /// <summary>The ledger of an account.</summary>
    public Ledger Of(string account) => Ledgers.GetValueOrDefault(account) ?? Ledger.Empty(account);

    /// <summary>The book with another ledger of an account.</summary>
    public LedgerBook With(Ledger ledger) => new(Ledgers.SetItem(ledger.Account, ledger));

    /// <summary>The spending in a scope, with the possible spending of agents whose end is unknown.</summary>
    public Amount SpentIn(string scope) => Sum(ledger => ledger.SpentIn(scope).Plus(ledger.ReservedIn(scope, isLost: true)));

    /// <summary>The possible spending of working agents in a scope.</summary>
    public Amount ReservedIn(string scope) => Sum(ledger => ledger.ReservedIn(scope, isLost: false));

    /// <summary>The usage of working agents in a scope until now, as far as seen.</summary>
    public Amount UsedIn(string scope) =>
        Ledgers
            .Values.SelectMany(ledger => ledger.Reservations)
            .Where(reservation => !reservation.IsLost && reservation.Scopes.Contains(scope))
            .Aggregate(Amount.Zero, (sum, reservation) => sum.Plus(new Amount(reservation.UsedMicros, reservation.UsedTokens)));

    /// <summary>A budget as it holds now: as a person has raised it last.</summary>
    public Cap Current(Cap cap) =>
        Ledgers.Values.Select(ledger => ledger.Raised.GetValueOrDefault(cap.Scope)).OfType<RaisedCap>().MaxBy(raised => raised.At)
            is { } last
            ? cap with
            {
                Micros = last.Micros ?? cap.Micros,
                Tokens = last.Tokens ?? cap.Tokens,
            }
            : cap;

    /// <summary>An account that something of a scope was spent with; null: none.</summary>
    public string? AccountWith(string scope) => Ledgers.Values.FirstOrDefault(ledger => ledger.Spent.ContainsKey(scope))?.Account;

    private Amount Sum(Func<Ledger, Amount> of) => Ledgers.Values.Aggregate(Amount.Zero, (sum, ledger) => sum.Plus(of(ledger)));
}
