namespace Orchestrator.Usage;

/// <summary>The report or question to a governor about one account. All of a call happens, or nothing, in the order of the
/// members.</summary>
public sealed record GovernorCall
{
    /// <summary>Identifies the call over its repetitions: it is carried out once. Default: empty, and each counts.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>The account; <see cref="SharedBudgets.Account"/> for budgets over all of them. Empty: the one that knows the scope of
    /// <see cref="Raised"/>.</summary>
    public required string Account { get; init; }

    /// <summary>The agent run: <c>REPOSITORY/RUN/TASK/START</c>. Default: empty, none.</summary>
    public string Id { get; init; } = "";

    /// <summary>The call counts only while this holder has the reservation. Default: null, whoever has it.</summary>
    public Holder? IfHeldBy { get; init; }

    /// <summary>The process that goes on with the agent run. Default: null, the same as before.</summary>
    public Holder? TakenOverBy { get; init; }

    /// <summary>An agent that was started after the end of a block is answered: the account works again.</summary>
    public bool Works { get; init; }

    /// <summary>The service's report on windows.</summary>
    public IReadOnlyList<SeenWindow> Windows
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The usage of the agent until now. Default: null, nothing new.</summary>
    public Amount? Used { get; init; }

    /// <summary>A limit of the account is used up. Default: null, no.</summary>
    public LimitReached? Reached { get; init; }

    /// <summary>The agent run has ended. Default: null, no.</summary>
    public RunEnd? Ended { get; init; }

    /// <summary>The agent that was admitted was not started.</summary>
    public bool Released { get; init; }

    /// <summary>Nobody follows the agent run any more, and it has left no record.</summary>
    public bool Lost { get; init; }

    /// <summary>An agent start that is asked for. Default: null, none.</summary>
    public StartRequest? Start { get; init; }

    /// <summary><see cref="Start"/> asks for its place in line alone: where it would be admitted nothing is reserved.</summary>
    public bool OnlyInLine { get; init; }

    /// <summary>A budget that a person raises. Default: null, none.</summary>
    public Cap? Raised { get; init; }
}

/// <summary>The service's report on a window.</summary>
/// <param name="Name">The window.</param>
/// <param name="PartsPerMillion">How full: 1,000,000 is used up.</param>
/// <param name="ResetsAt">When it is empty again.</param>
/// <param name="Fact">Where it said so.</param>
/// <param name="WarnAt">From where a person is warned, in parts per million.</param>
public sealed record SeenWindow(string Name, int PartsPerMillion, DateTimeOffset ResetsAt, string Fact, int WarnAt);

/// <summary>The service has refused an agent because a limit is used up.</summary>
/// <param name="Window">The window; null: the service did not say.</param>
/// <param name="ResetsAt">The reset that it named; null: none.</param>
/// <param name="Fact">What says so.</param>
public sealed record LimitReached(string? Window, DateTimeOffset? ResetsAt, string Fact);

/// <summary>The total usage of an agent run.</summary>
/// <param name="Used">Money and tokens.</param>
/// <param name="Scopes">Scopes to count it in beside those that were reserved in.</param>
public sealed record RunEnd(Amount Used, IReadOnlyList<string> Scopes);

/// <summary>The result of a call.</summary>
public sealed record GovernorAnswer
{
    /// <summary>The decision on the requested start; null: none was requested.</summary>
    public Admission? Admission { get; init; }

    /// <summary>The reservation of the agent run after the call, or the one that was settled; null: it has none.</summary>
    public Reservation? Reservation { get; init; }

    /// <summary>The agent run was settled by this call, and not before.</summary>
    public bool IsSettled { get; init; }

    /// <summary>The block of the account after the call; null: there is none.</summary>
    public AccountPark? Park { get; init; }

    /// <summary>Windows of which a person is to be warned now.</summary>
    public IReadOnlyList<SeenWindow> Warns
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Why a budget was not raised; empty: it was, or none was to be.</summary>
    public string Refusal
    {
        get;
        init => field = value ?? "";
    } = "";
}
