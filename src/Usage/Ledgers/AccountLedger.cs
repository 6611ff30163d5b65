namespace Orchestrator.Usage;

/// <summary>State of one account. Immutable; the rules in <see cref="AgentStartAdmitter"/> create the next state.</summary>
public sealed record AccountLedger
{
    /// <summary>Current version of the file format.</summary>
    public const int Version = 1;

    /// <summary>Version of the file format that the ledger was written in.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion
    {
        get;
        init => field = value == 0 ? Version : value;
    } = Version;

    /// <summary>Name of the account.</summary>
    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>Reservations of running agents, and of lost ones whose outcome is unknown.</summary>
    [JsonPropertyName("reservations")]
    public ImmutableArray<AgentRunAccountReservation> Reservations
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>Usage windows by name, as last reported by the service.</summary>
    [JsonPropertyName("windows")]
    public ImmutableSortedDictionary<string, AccountUsageWindow> Windows
    {
        get;
        init => field = value ?? ImmutableSortedDictionary<string, AccountUsageWindow>.Empty;
    } = ImmutableSortedDictionary<string, AccountUsageWindow>.Empty;

    /// <summary>Current backoff, or null if no backoff is known.</summary>
    [JsonPropertyName("park")]
    public AccountBackoff? Park { get; init; }

    /// <summary>Amounts spent, by budget scope.</summary>
    [JsonPropertyName("spent")]
    public ImmutableSortedDictionary<string, BudgetScopeSpending> Spent
    {
        get;
        init => field = value ?? ImmutableSortedDictionary<string, BudgetScopeSpending>.Empty;
    } = ImmutableSortedDictionary<string, BudgetScopeSpending>.Empty;

    /// <summary>Budgets that a user has raised, by scope.</summary>
    [JsonPropertyName("raised")]
    public ImmutableSortedDictionary<string, RaisedBudgetCap> Raised
    {
        get;
        init => field = value ?? ImmutableSortedDictionary<string, RaisedBudgetCap>.Empty;
    } = ImmutableSortedDictionary<string, RaisedBudgetCap>.Empty;

    /// <summary>Agent starts that are waiting for a slot or a reset.</summary>
    [JsonPropertyName("waiting")]
    public ImmutableArray<QueuedAgentStart> Waiting
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>Tracks how much each run uses the account's slots, to decide which run gets the next slot.</summary>
    [JsonPropertyName("turns")]
    public RunFairShareTurnAllocator Turns
    {
        get;
        init => field = value ?? RunFairShareTurnAllocator.Empty;
    } = RunFairShareTurnAllocator.Empty;

    /// <summary>Creates an empty ledger for a new account.</summary>
    public static AccountLedger Empty(string account) => new() { Account = account };

    /// <summary>Finds the reservation of an agent run, or returns null if it has none.</summary>
    public AgentRunAccountReservation? Find(string id) => Reservations.FirstOrDefault(reservation => reservation.Id == id);

    /// <summary>Returns the spending in a scope.</summary>
    public MoneyAndTokenAmount SpentIn(string scope) =>
        Spent.GetValueOrDefault(scope) is { } spent ? new(spent.Micros, spent.Tokens) : MoneyAndTokenAmount.Zero;

    /// <summary>Sums the reservations in a scope, either of running or of lost agents.</summary>
    /// <param name="isLost">True for lost agents, false for running ones.</param>
    public MoneyAndTokenAmount ReservedIn(string scope, bool isLost) =>
        Reservations
            .Where(reservation => reservation.IsLost == isLost && reservation.Scopes.Contains(scope))
            .Aggregate(MoneyAndTokenAmount.Zero, (sum, reservation) => sum.Plus(reservation.Held));
}
