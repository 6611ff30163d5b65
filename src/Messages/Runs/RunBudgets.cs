namespace Orchestrator.Messages;

/// <summary>The remaining budgets of a run, and the fill of its accounts' usage limits. Commands read them from the ledgers of the
/// accounts, which count costs and decide whether an agent starts.</summary>
public sealed record RunBudgets
{
    /// <summary>The budgets that hold: those that all tasks share first, the narrowest first; then those of tasks that agents work on or
    /// that wait for more.</summary>
    [JsonPropertyName("budgets")]
    public IReadOnlyList<RunBudget> Budgets
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The cost limit of each task in all its attempts; null: no limit.</summary>
    [JsonPropertyName("perTask")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetLimit? PerTask { get; init; }

    /// <summary>The cost limit of each attempt of a task; null: no limit.</summary>
    [JsonPropertyName("perAttempt")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetLimit? PerAttempt { get; init; }

    /// <summary>The accounts that pay for the run, that of its agent first; empty of an ended run.</summary>
    [JsonPropertyName("accounts")]
    public IReadOnlyList<RunAccount> Accounts
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The budget that a way to answer raises; null: it is not known.</summary>
    /// <param name="way">One of the kind <see cref="AnswerWays.RaiseBudget"/>.</param>
    public RunBudget? Find(AnswerWay way) =>
        way.Kind != AnswerWays.RaiseBudget
            ? null
            : Budgets.FirstOrDefault(budget =>
                budget.Budget.Kind == way.Resolution
                && (budget.Task.Length == 0 || way.Target.EndsWith("/" + budget.Task, StringComparison.Ordinal))
            );
}

/// <summary>A budget that holds for a run.</summary>
/// <param name="Budget">Its limit, as a person has raised it last, and what is spent, with what agents may have spent whose end is
/// unknown.</param>
public sealed record RunBudget([property: JsonPropertyName("budget")] BudgetStatus Budget)
{
    /// <summary>The task that it is for; empty: all of them.</summary>
    [JsonPropertyName("task")]
    public string Task
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>US dollars that agents at work have spent beyond that by now, as far as seen; null: the budget limits no money.</summary>
    [JsonPropertyName("workingUsd")]
    public decimal? WorkingUsd { get; init; }

    /// <summary>Tokens that agents at work have used beyond that by now, as far as seen; null: the budget limits no tokens.</summary>
    [JsonPropertyName("workingTokens")]
    public long? WorkingTokens { get; init; }

    /// <summary>US dollars that are left, at least 0; null: the budget limits no money.</summary>
    [JsonPropertyName("leftUsd")]
    public decimal? LeftUsd => Budget.LimitUsd is { } limit ? Math.Max(0, limit - (Budget.SpentUsd ?? 0) - (WorkingUsd ?? 0)) : null;

    /// <summary>Tokens that are left, at least 0; null: the budget limits no tokens.</summary>
    [JsonPropertyName("leftTokens")]
    public long? LeftTokens =>
        Budget.LimitTokens is { } limit ? Math.Max(0, limit - (Budget.SpentTokens ?? 0) - (WorkingTokens ?? 0)) : null;

    /// <summary>The part of it that is gone, 0 to 1, of money or tokens whichever is less.</summary>
    [JsonIgnore]
    public decimal Used => Math.Max(Part(Budget.LimitUsd, LeftUsd), Part(Budget.LimitTokens, LeftTokens));

    private static decimal Part(decimal? limit, decimal? left) => limit is > 0 and var all && left is { } rest ? (all - rest) / all : 0;
}

/// <summary>The limit of a budget.</summary>
/// <param name="Usd">US dollars; null: money is not limited.</param>
/// <param name="Tokens">Tokens; null: tokens are not limited.</param>
public sealed record BudgetLimit([property: JsonPropertyName("usd")] decimal? Usd, [property: JsonPropertyName("tokens")] long? Tokens);

/// <summary>An account that pays for a run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Windows">Its usage limits, as far as the service has said; a limit that was reset since is left out.</param>
public sealed record RunAccount(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("windows")] IReadOnlyList<UsageWindowLine> Windows
)
{
    /// <summary>The block in force; left out: there is none.</summary>
    [JsonPropertyName("block")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UsageBlock? Block { get; init; }
}

/// <summary>A usage limit of an account.</summary>
/// <param name="Name">The service's name for it.</param>
/// <param name="UsedPercent">How full it is.</param>
/// <param name="ResetsAt">When it is empty again.</param>
/// <param name="SeenAt">When the service said so.</param>
public sealed record UsageWindowLine(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("usedPercent")] decimal UsedPercent,
    [property: JsonPropertyName("resetsAt")] DateTimeOffset ResetsAt,
    [property: JsonPropertyName("seenAt")] DateTimeOffset SeenAt
);

/// <summary>A block of an account.</summary>
/// <param name="Window">The usage limit; null: the service did not say.</param>
/// <param name="Until">When it is tried again.</param>
/// <param name="Since">When it began.</param>
/// <param name="Fact">What says so.</param>
public sealed record UsageBlock(
    [property: JsonPropertyName("window")] string? Window,
    [property: JsonPropertyName("until")] DateTimeOffset Until,
    [property: JsonPropertyName("since")] DateTimeOffset Since,
    [property: JsonPropertyName("fact")] string Fact
);
