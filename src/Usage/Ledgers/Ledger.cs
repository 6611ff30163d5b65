namespace Orchestrator.Usage;

/// <summary>The state of one account. Immutable; <see cref="Governor"/> makes the next one.</summary>
public sealed record Ledger
{
    /// <summary>The form of the file.</summary>
    public const int Version = 1;

    /// <summary>The form that it was written in.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion
    {
        get;
        init => field = value == 0 ? Version : value;
    } = Version;

    /// <summary>The account's name.</summary>
    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>Agents at work, and those whose end is unknown.</summary>
    [JsonPropertyName("reservations")]
    public ImmutableArray<Reservation> Reservations
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>Limits by name, as last said by the service.</summary>
    [JsonPropertyName("windows")]
    public ImmutableSortedDictionary<string, LedgerWindow> Windows
    {
        get;
        init => field = value ?? ImmutableSortedDictionary<string, LedgerWindow>.Empty;
    } = ImmutableSortedDictionary<string, LedgerWindow>.Empty;

    /// <summary>The block in force; null: the account works, as far as known.</summary>
    [JsonPropertyName("park")]
    public AccountPark? Park { get; init; }

    /// <summary>The spending, by scope.</summary>
    [JsonPropertyName("spent")]
    public ImmutableSortedDictionary<string, Spent> Spent
    {
        get;
        init => field = value ?? ImmutableSortedDictionary<string, Spent>.Empty;
    } = ImmutableSortedDictionary<string, Spent>.Empty;

    /// <summary>Budgets that a person has raised, by scope.</summary>
    [JsonPropertyName("raised")]
    public ImmutableSortedDictionary<string, RaisedCap> Raised
    {
        get;
        init => field = value ?? ImmutableSortedDictionary<string, RaisedCap>.Empty;
    } = ImmutableSortedDictionary<string, RaisedCap>.Empty;

    /// <summary>Starts that wait for a slot or a reset.</summary>
    [JsonPropertyName("waiting")]
    public ImmutableArray<Waiter> Waiting
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>An account of which nothing is known.</summary>
    public static Ledger Empty(string account) => new() { Account = account };

    /// <summary>The reservation of an agent run; null: there is none.</summary>
    public Reservation? Find(string id) => Reservations.FirstOrDefault(reservation => reservation.Id == id);

    /// <summary>The spending in a scope.</summary>
    public Amount SpentIn(string scope) => Spent.GetValueOrDefault(scope) is { } spent ? new(spent.Micros, spent.Tokens) : Amount.Zero;

    /// <summary>The reservations in a scope.</summary>
    /// <param name="isLost">By agents whose end is unknown, or by those at work.</param>
    public Amount ReservedIn(string scope, bool isLost) =>
        Reservations
            .Where(reservation => reservation.IsLost == isLost && reservation.Scopes.Contains(scope))
            .Aggregate(Amount.Zero, (sum, reservation) => sum.Plus(reservation.Held));
}
