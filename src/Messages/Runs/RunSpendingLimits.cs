namespace Orchestrator.Messages;

/// <summary>
/// Remaining budgets of a run, and current use of its accounts' usage limits. Commands read these values from the account ledgers, which
/// record costs and also determine whether agents may start.
/// </summary>
public sealed record RunSpendingLimits
{
    /// <summary>
    /// Budgets that apply to the run. Shared budgets come first, from the narrowest to the widest scope. They are followed by budgets of
    /// tasks that have a running agent or are waiting for a higher budget.
    /// </summary>
    [JsonPropertyName("budgets")]
    public IReadOnlyList<RunBudget> Budgets
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Limit in money or tokens for each task, across all its attempts, or null if there is none.</summary>
    [JsonPropertyName("perTask")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetLimit? PerTask { get; init; }

    /// <summary>Limit in money or tokens for each attempt, or null if there is none.</summary>
    [JsonPropertyName("perAttempt")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetLimit? PerAttempt { get; init; }

    /// <summary>Accounts that pay for the run, starting with the account of the run's agent; empty for an ended run.</summary>
    [JsonPropertyName("accounts")]
    public IReadOnlyList<PayingAccountUsageLimits> Accounts
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Returns the budget that a suggested command would raise, or null if there is no such budget.</summary>
    /// <param name="way">An answer of the kind <see cref="SuggestedCommandKinds.RaiseBudget"/>.</param>
    public RunBudget? Find(SuggestedCommand way) =>
        way.Kind != SuggestedCommandKinds.RaiseBudget
            ? null
            : Budgets.FirstOrDefault(budget =>
                budget.Budget.Kind == way.Resolution
                && (budget.Task.Length == 0 || way.Target.EndsWith("/" + budget.Task, StringComparison.Ordinal))
            );
}

/// <summary>A budget that applies to a run.</summary>
/// <param name="Budget">Current limit, including raises by a user, and the amount spent. Includes the possible spending of agents whose
/// outcome is unknown.</param>
public sealed record RunBudget([property: JsonPropertyName("budget")] BudgetStatus Budget)
{
    /// <summary>Id of the task that the budget applies to; empty for all tasks.</summary>
    [JsonPropertyName("task")]
    public string Task
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>
    /// US dollars spent so far by agents that are still running, in addition to the budget's recorded spending. Null if the budget does not
    /// limit money.
    /// </summary>
    [JsonPropertyName("workingUsd")]
    public decimal? WorkingUsd { get; init; }

    /// <summary>
    /// Tokens used so far by agents that are still running, in addition to the budget's recorded use. Null if the budget does not limit
    /// tokens.
    /// </summary>
    [JsonPropertyName("workingTokens")]
    public long? WorkingTokens { get; init; }

    /// <summary>Remaining US dollars, at least 0, or null if the budget does not limit money.</summary>
    [JsonPropertyName("leftUsd")]
    public decimal? LeftUsd => Budget.LimitUsd is { } limit ? Math.Max(0, limit - (Budget.SpentUsd ?? 0) - (WorkingUsd ?? 0)) : null;

    /// <summary>Remaining tokens, at least 0, or null if the budget does not limit tokens.</summary>
    [JsonPropertyName("leftTokens")]
    public long? LeftTokens =>
        Budget.LimitTokens is { } limit ? Math.Max(0, limit - (Budget.SpentTokens ?? 0) - (WorkingTokens ?? 0)) : null;

    /// <summary>Used fraction of the budget: the larger of the fractions for money and tokens. Range: 0 to 1.</summary>
    [JsonIgnore]
    public decimal Used => Math.Max(Part(Budget.LimitUsd, LeftUsd), Part(Budget.LimitTokens, LeftTokens));

    private static decimal Part(decimal? limit, decimal? left) => limit is > 0 and var all && left is { } rest ? (all - rest) / all : 0;
}

/// <summary>Limit of a budget, in money or tokens.</summary>
/// <param name="Usd">Limit in US dollars, or null if money is not limited.</param>
/// <param name="Tokens">Limit in tokens, or null if tokens are not limited.</param>
public sealed record BudgetLimit([property: JsonPropertyName("usd")] decimal? Usd, [property: JsonPropertyName("tokens")] long? Tokens);

/// <summary>An account that pays for a run.</summary>
/// <param name="Name">Name of the account.</param>
/// <param name="Windows">Usage limits as reported by the service, except those that have been reset since.</param>
public sealed record PayingAccountUsageLimits(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("windows")] IReadOnlyList<UsageWindowLine> Windows
)
{
    /// <summary>Current period in which the account accepts no agents, or null if the account is not blocked.</summary>
    [JsonPropertyName("block")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AccountBlockPeriod? Block { get; init; }
}

/// <summary>A usage limit of an account.</summary>
/// <param name="Name">The service's name for the limit.</param>
/// <param name="UsedPercent">Used part of the limit in percent.</param>
/// <param name="ResetsAt">Time at which the limit resets.</param>
/// <param name="SeenAt">Time at which the service reported this value.</param>
public sealed record UsageWindowLine(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("usedPercent")] decimal UsedPercent,
    [property: JsonPropertyName("resetsAt")] DateTimeOffset ResetsAt,
    [property: JsonPropertyName("seenAt")] DateTimeOffset SeenAt
);

/// <summary>A period in which an account accepts no agents.</summary>
/// <param name="Window">Name of the usage limit, or null if the service named none.</param>
/// <param name="Until">Time of the next probe.</param>
/// <param name="Since">Time at which the block started.</param>
/// <param name="Fact">Source of the information, such as an event of the service.</param>
public sealed record AccountBlockPeriod(
    [property: JsonPropertyName("window")] string? Window,
    [property: JsonPropertyName("until")] DateTimeOffset Until,
    [property: JsonPropertyName("since")] DateTimeOffset Since,
    [property: JsonPropertyName("fact")] string Fact
);
