namespace Orchestrator.Usage;

/// <summary>
/// A report or request to the governor about one account. A call that raises a budget does nothing else. All other parts of a call are
/// applied atomically, in the order of the members.
/// </summary>
public sealed record AccountGovernorRequest
{
    /// <summary>Idempotency key. Repeated calls with the same key are applied once. Default: empty, meaning each call is applied.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>
    /// Name of the account, or <see cref="GovernorRequestByLedgerSplitter.Account"/> for budgets that all accounts share. If empty,
    /// <see cref="Raised"/> applies to the account that has spending in the budget's scope.
    /// </summary>
    public required string Account { get; init; }

    /// <summary>Id of the agent run, <c>REPOSITORY/RUN/TASK/START</c>. Default: empty, meaning the call concerns no agent run.</summary>
    public string Id { get; init; } = "";

    /// <summary>Process that must still hold the reservation for the call to take effect. Default: null, meaning any process.</summary>
    public AgentRunReservationHolderProcess? IfHeldBy { get; init; }

    /// <summary>Process that takes over the agent run. Default: null, meaning no change.</summary>
    public AgentRunReservationHolderProcess? TakenOverBy { get; init; }

    /// <summary>True if an agent that started after a backoff received an answer, which shows that the account works again.</summary>
    public bool Works { get; init; }

    /// <summary>Usage windows as reported by the service.</summary>
    public IReadOnlyList<UsageWindowReport> Windows
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Usage of the agent so far. Default: null, meaning not reported.</summary>
    public MoneyAndTokenAmount? Used { get; init; }

    /// <summary>Usage limit that the account has reached. Default: null, meaning none.</summary>
    public UsageLimitRejection? Reached { get; init; }

    /// <summary>Total usage of the agent run, if it has ended. Default: null, meaning that it has not ended.</summary>
    public EndedAgentRunUsage? Ended { get; init; }

    /// <summary>True if the admitted agent was not started.</summary>
    public bool Released { get; init; }

    /// <summary>True if no process monitors the agent run anymore and the agent run left no record.</summary>
    public bool Lost { get; init; }

    /// <summary>Request to start an agent. Default: null, meaning none.</summary>
    public AgentStartRequest? Start { get; init; }

    /// <summary>
    /// True if <see cref="Start"/> only keeps its position in the queue. Nothing is reserved, even if the start could be admitted.
    /// </summary>
    public bool OnlyInLine { get; init; }

    /// <summary>Budget that a user raises. Default: null, meaning none.</summary>
    public BudgetCap? Raised { get; init; }

    /// <summary>Creates a request to start an agent, without an idempotency key.</summary>
    /// <param name="onlyInLine">Value of <see cref="OnlyInLine"/>.</param>
    public static AccountGovernorRequest OfStart(AgentStartRequest request, bool onlyInLine = false) =>
        new()
        {
            Account = request.Account,
            Id = request.Id,
            Start = request,
            OnlyInLine = onlyInLine,
        };
}

/// <summary>The service's report about a usage window.</summary>
/// <param name="Name">Name of the window.</param>
/// <param name="PartsPerMillion">Utilization in parts per million; 1,000,000 means exhausted.</param>
/// <param name="ResetsAt">Time of the next reset.</param>
/// <param name="Fact">Source of the report, such as the name of an event.</param>
/// <param name="WarnAt">Utilization at which the user is warned, in parts per million.</param>
public sealed record UsageWindowReport(string Name, int PartsPerMillion, DateTimeOffset ResetsAt, string Fact, int WarnAt);

/// <summary>A service's rejection of an agent because a usage limit is used up.</summary>
/// <param name="Window">Name of the window, or null if the service named none.</param>
/// <param name="ResetsAt">Reset time that the service named, or null if it named none.</param>
/// <param name="Fact">Source of the report.</param>
public sealed record UsageLimitRejection(string? Window, DateTimeOffset? ResetsAt, string Fact);

/// <summary>Total usage of an ended agent run.</summary>
/// <param name="Used">Money and tokens that the agent used.</param>
/// <param name="Scopes">Scopes to book in addition to those in the reservation.</param>
public sealed record EndedAgentRunUsage(MoneyAndTokenAmount Used, IReadOnlyList<string> Scopes);

/// <summary>Result of an <see cref="AccountGovernorRequest"/>.</summary>
public sealed record AccountGovernorResponse
{
    /// <summary>Decision about the requested start, or null if none was requested.</summary>
    public AgentAdmissionDecision? Admission { get; init; }

    /// <summary>
    /// Reservation of the agent run after the call, or the reservation that the call settled. Null if the agent run has none.
    /// </summary>
    public AgentRunAccountReservation? Reservation { get; init; }

    /// <summary>
    /// True if this call settled the agent run. False if the call did not report the end of the agent run, or if the agent run was already
    /// settled.
    /// </summary>
    public bool IsSettled { get; init; }

    /// <summary>Backoff of the account after the call, or null if there is none.</summary>
    public AccountBackoff? Park { get; init; }

    /// <summary>Usage windows that the user must be warned about now.</summary>
    public IReadOnlyList<UsageWindowReport> Warns
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Reason why a budget was not raised. Empty if it was raised, or if no raise was requested.</summary>
    public string Refusal
    {
        get;
        init => field = value ?? "";
    } = "";
}
