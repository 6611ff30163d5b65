namespace Orchestrator.Usage;

/// <summary>
/// A report or request to the governor about one account. All parts of a call are applied atomically, in the order of the members.
/// </summary>
public sealed record GovernorCall
{
    /// <summary>
    /// Idempotency key: repeated calls with the same key are applied once. Default: empty, so that each call is applied.
    /// </summary>
    public string RequestId { get; init; } = "";

    /// <summary>
    /// Name of the account, or <see cref="SharedBudgets.Account"/> for budgets over all accounts. Empty for the account that knows the
    /// scope of <see cref="Raised"/>.
    /// </summary>
    public required string Account { get; init; }

    /// <summary>Id of the agent run: <c>REPOSITORY/RUN/TASK/START</c>. Default: empty, for none.</summary>
    public string Id { get; init; } = "";

    /// <summary>Holder that must still have the reservation for the call to take effect. Default: null, for any holder.</summary>
    public Holder? IfHeldBy { get; init; }

    /// <summary>Process that takes over the agent run. Default: null, for no change.</summary>
    public Holder? TakenOverBy { get; init; }

    /// <summary>True if an agent that started after a backoff got an answer, so that the account works again.</summary>
    public bool Works { get; init; }

    /// <summary>Usage windows as reported by the service.</summary>
    public IReadOnlyList<SeenWindow> Windows
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Usage of the agent so far. Default: null, for no news.</summary>
    public Amount? Used { get; init; }

    /// <summary>An exhausted usage limit of the account. Default: null, for none.</summary>
    public LimitReached? Reached { get; init; }

    /// <summary>The end of the agent run. Default: null, if it has not ended.</summary>
    public RunEnd? Ended { get; init; }

    /// <summary>True if the admitted agent was not started.</summary>
    public bool Released { get; init; }

    /// <summary>True if nobody monitors the agent run any more and it left no record.</summary>
    public bool Lost { get; init; }

    /// <summary>A request to start an agent. Default: null, for none.</summary>
    public StartRequest? Start { get; init; }

    /// <summary>
    /// True if <see cref="Start"/> only renews its place in the queue. Nothing is reserved even if it could be admitted.
    /// </summary>
    public bool OnlyInLine { get; init; }

    /// <summary>A budget that a user raises. Default: null, for none.</summary>
    public Cap? Raised { get; init; }
}

/// <summary>The service's report about a usage window.</summary>
/// <param name="Name">Name of the window.</param>
/// <param name="PartsPerMillion">Utilization in parts per million; 1,000,000 means exhausted.</param>
/// <param name="ResetsAt">Time of the next reset.</param>
/// <param name="Fact">Source of the report, such as an event name.</param>
/// <param name="WarnAt">Utilization from which the user is warned, in parts per million.</param>
public sealed record SeenWindow(string Name, int PartsPerMillion, DateTimeOffset ResetsAt, string Fact, int WarnAt);

/// <summary>The service's rejection of an agent because a usage limit is exhausted.</summary>
/// <param name="Window">Name of the window, or null if the service named none.</param>
/// <param name="ResetsAt">Reset time that the service named, or null for none.</param>
/// <param name="Fact">Source of the report.</param>
public sealed record LimitReached(string? Window, DateTimeOffset? ResetsAt, string Fact);

/// <summary>The total usage of an ended agent run.</summary>
/// <param name="Used">Money and tokens.</param>
/// <param name="Scopes">Scopes to book in addition to those of the reservation.</param>
public sealed record RunEnd(Amount Used, IReadOnlyList<string> Scopes);

/// <summary>The result of a <see cref="GovernorCall"/>.</summary>
public sealed record GovernorAnswer
{
    /// <summary>Decision about the requested start, or null if none was requested.</summary>
    public Admission? Admission { get; init; }

    /// <summary>Reservation of the agent run after the call, or the one that was settled, or null if it has none.</summary>
    public Reservation? Reservation { get; init; }

    /// <summary>True if this call settled the agent run; false if it was settled before.</summary>
    public bool IsSettled { get; init; }

    /// <summary>Backoff of the account after the call, or null for none.</summary>
    public AccountPark? Park { get; init; }

    /// <summary>Usage windows about which the user must be warned now.</summary>
    public IReadOnlyList<SeenWindow> Warns
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Reason for which a budget was not raised; empty if it was raised or no raise was requested.</summary>
    public string Refusal
    {
        get;
        init => field = value ?? "";
    } = "";
}
