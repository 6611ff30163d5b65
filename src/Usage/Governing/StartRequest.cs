namespace Orchestrator.Usage;

/// <summary>Asks whether an agent may be started now.</summary>
public sealed record StartRequest
{
    /// <summary>Identifies the agent run over repetitions: <c>REPOSITORY/RUN/TASK/START</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The place in line: one for all agent runs of a task.</summary>
    [JsonIgnore]
    public string Place => $"{Repository}/{Run}/{Task}";

    /// <summary>The account that pays.</summary>
    public required string Account { get; init; }

    /// <summary>Key of the repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>The task.</summary>
    public required string Task { get; init; }

    /// <summary>The attempt of the task that asks.</summary>
    public int Attempt { get; init; }

    /// <summary>The model; empty: unknown.</summary>
    public string Model { get; init; } = "";

    /// <summary>The one who asks.</summary>
    public required Holder Holder { get; init; }

    /// <summary>Absolute path of the agent run's folder; empty: none.</summary>
    public string Folder { get; init; } = "";

    /// <summary>An agent that nobody follows for so long is stopped by its supervisor. Default: null, unknown.</summary>
    public TimeSpan? StopsAfter { get; init; }

    /// <summary>Higher ones go first where slots are scarce.</summary>
    public int Priority { get; init; }

    /// <summary>True if the start goes on with work that was begun, and so wakes before those that do not.</summary>
    public bool IsUnderWay { get; init; }

    /// <summary>All budgets that it counts in.</summary>
    public IReadOnlyList<Cap> Caps { get; init; } = [];

    /// <summary>Agents of the account at once, over all runs; null: no limit.</summary>
    public int? Slots { get; init; }

    /// <summary>The greatest fill of a window for a start, in parts per million.</summary>
    public int PauseAt { get; init; } = 950_000;

    /// <summary>The number of agents that share the rest of a budget: one start may reserve so large a part of it.</summary>
    public int Share { get; init; } = 1;
}

/// <summary>The decision on a request.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Admitted), "admitted")]
[JsonDerivedType(typeof(Wait), "wait")]
[JsonDerivedType(typeof(Ask), "ask")]
public abstract record Admission;

/// <summary>The agent may be started; the reservation is stored.</summary>
/// <param name="Reservation">What is reserved.</param>
public sealed record Admitted(Reservation Reservation) : Admission;

/// <summary>The start has to be asked for again later. Nothing is reserved.</summary>
/// <param name="Until">When; soon, where it depends on others.</param>
/// <param name="Why">Why.</param>
public sealed record Wait(DateTimeOffset Until, WaitCause Why) : Admission;

/// <summary>A budget is used up: a person is asked.</summary>
/// <param name="Cap">The budget as it holds now.</param>
/// <param name="Spent">What is spent of it, with what may have been.</param>
public sealed record Ask(Cap Cap, Amount Spent) : Admission;

/// <summary>Why a start waits.</summary>
/// <param name="Account">The account.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Blocked), "blocked")]
[JsonDerivedType(typeof(BeingTried), "beingTried")]
[JsonDerivedType(typeof(NearlyFull), "nearlyFull")]
[JsonDerivedType(typeof(NoSlot), "noSlot")]
[JsonDerivedType(typeof(BudgetReserved), "budgetReserved")]
public abstract record WaitCause(string Account);

/// <summary>A limit of the account is used up: the service has refused it.</summary>
/// <param name="Park">The block.</param>
public sealed record Blocked(string Account, AccountPark Park) : WaitCause(Account);

/// <summary>A limit is over after a block, and one agent tries whether the account works again.</summary>
/// <param name="Park">The block.</param>
public sealed record BeingTried(string Account, AccountPark Park) : WaitCause(Account);

/// <summary>A window is nearly full.</summary>
/// <param name="Name">The window.</param>
/// <param name="Window">What the service said of it.</param>
/// <param name="PauseAt">From where nothing is started, in parts per million.</param>
public sealed record NearlyFull(string Account, string Name, LedgerWindow Window, int PauseAt) : WaitCause(Account);

/// <summary>All slots of the account are in use, or others are before it.</summary>
/// <param name="Slots">How many there are.</param>
/// <param name="InUse">How many are in use.</param>
public sealed record NoSlot(string Account, int Slots, int InUse) : WaitCause(Account);

/// <summary>The rest of a budget is reserved for agents at work.</summary>
/// <param name="Cap">The budget.</param>
/// <param name="Reserved">What is reserved.</param>
public sealed record BudgetReserved(string Account, Cap Cap, Amount Reserved) : WaitCause(Account);
