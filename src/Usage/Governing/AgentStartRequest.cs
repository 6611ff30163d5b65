namespace Orchestrator.Usage;

/// <summary>A request to start an agent.</summary>
public sealed record AgentStartRequest
{
    /// <summary>Id of the agent run, which is the same for repeated requests: <c>REPOSITORY/RUN/TASK/START</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Key of the request's position in the queue, shared by all agent runs of a task.</summary>
    [JsonIgnore]
    public string Place => $"{Repository}/{Run}/{Task}";

    /// <summary>Key of the run, unique across repositories.</summary>
    [JsonIgnore]
    public string RunKey => $"{Repository}/{Run}";

    /// <summary>Name of the account that pays.</summary>
    public required string Account { get; init; }

    /// <summary>Key of the repository.</summary>
    public required string Repository { get; init; }

    /// <summary>Run id.</summary>
    public required string Run { get; init; }

    /// <summary>Task id.</summary>
    public required string Task { get; init; }

    /// <summary>Number of the attempt at the task for which the agent starts.</summary>
    public int Attempt { get; init; }

    /// <summary>Model; empty if unknown.</summary>
    public string Model { get; init; } = "";

    /// <summary>Process that requests the start and holds the reservation.</summary>
    public required AgentRunReservationHolderProcess Holder { get; init; }

    /// <summary>Absolute path of the agent run's folder; empty if it has none.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Time after which the supervisor stops an agent that no process is monitoring. Default: null, meaning unknown.</summary>
    public TimeSpan? StopsAfter { get; init; }

    /// <summary>Priority of the run. If slots are scarce, runs with larger numbers start first.</summary>
    public int Priority { get; init; }

    /// <summary>Weight of the run among runs of the same priority. Default: 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>
    /// True if the start continues earlier work. After a reset, such starts go first; when starts compete for a free slot, such starts win
    /// ties.
    /// </summary>
    public bool IsUnderWay { get; init; }

    /// <summary>All budgets toward which the agent run's usage counts.</summary>
    public IReadOnlyList<BudgetCap> Caps { get; init; } = [];

    /// <summary>Maximum number of the account's agents that run at the same time, across all runs, or null for no limit.</summary>
    public int? Slots { get; init; }

    /// <summary>Utilization of a usage window at which no more agents start, in parts per million. Default: 950,000.</summary>
    public int PauseAt { get; init; } = 950_000;

    /// <summary>Number of agents that share the remainder of a budget; a start reserves one such share. Default: 1.</summary>
    public int Share { get; init; } = 1;
}

/// <summary>The governor's decision about a start request.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AgentAdmittedDecision), "admitted")]
[JsonDerivedType(typeof(AgentStartDelayedDecision), "wait")]
[JsonDerivedType(typeof(BudgetExhaustedAdmissionDecision), "ask")]
public abstract record AgentAdmissionDecision;

/// <summary>The agent may start; its reservation is stored.</summary>
/// <param name="Reservation">Reservation that was stored for the agent.</param>
public sealed record AgentAdmittedDecision(AgentRunAccountReservation Reservation) : AgentAdmissionDecision;

/// <summary>The caller must request the start again later. Nothing is reserved.</summary>
/// <param name="Until">Time of the next request. The time is short if the start waits for other agents.</param>
/// <param name="Why">Reason for the wait.</param>
public sealed record AgentStartDelayedDecision(DateTimeOffset Until, AgentStartDelayCause Why) : AgentAdmissionDecision;

/// <summary>A budget is used up, and a user must decide.</summary>
/// <param name="Cap">The budget with its current limit.</param>
/// <param name="Spent">Amount spent, including the possible spending of lost agents.</param>
public sealed record BudgetExhaustedAdmissionDecision(BudgetCap Cap, MoneyAndTokenAmount Spent) : AgentAdmissionDecision;

/// <summary>Reason why an agent start must wait.</summary>
/// <param name="Account">Name of the account.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AccountInBackoffStartDelayCause), "blocked")]
[JsonDerivedType(typeof(AccountBeingProbedStartDelayCause), "beingTried")]
[JsonDerivedType(typeof(UsageWindowNearlyFullStartDelayCause), "nearlyFull")]
[JsonDerivedType(typeof(NoFreeSlotStartDelayCause), "noSlot")]
[JsonDerivedType(typeof(BudgetReservedStartDelayCause), "budgetReserved")]
public abstract record AgentStartDelayCause(string Account);

/// <summary>The account is in a backoff, because the service rejected it when a limit was used up.</summary>
/// <param name="Park">Current backoff of the account.</param>
public sealed record AccountInBackoffStartDelayCause(string Account, AccountBackoff Park) : AgentStartDelayCause(Account);

/// <summary>The backoff is over, and another agent is probing the account.</summary>
/// <param name="Park">Backoff that has ended.</param>
public sealed record AccountBeingProbedStartDelayCause(string Account, AccountBackoff Park) : AgentStartDelayCause(Account);

/// <summary>A usage window is nearly full.</summary>
/// <param name="Name">Name of the window.</param>
/// <param name="Window">State of the window, as last reported by the service.</param>
/// <param name="PauseAt">Utilization at which agents stop starting, in parts per million.</param>
public sealed record UsageWindowNearlyFullStartDelayCause(string Account, string Name, AccountUsageWindow Window, int PauseAt)
    : AgentStartDelayCause(Account);

/// <summary>All slots of the account are in use, or other starts have precedence.</summary>
/// <param name="Slots">Number of slots.</param>
/// <param name="InUse">Number of slots in use.</param>
public sealed record NoFreeSlotStartDelayCause(string Account, int Slots, int InUse) : AgentStartDelayCause(Account);

/// <summary>The remainder of a budget is reserved for running agents.</summary>
/// <param name="Cap">Budget whose remainder is reserved.</param>
/// <param name="Reserved">Amount that is reserved.</param>
public sealed record BudgetReservedStartDelayCause(string Account, BudgetCap Cap, MoneyAndTokenAmount Reserved)
    : AgentStartDelayCause(Account);
