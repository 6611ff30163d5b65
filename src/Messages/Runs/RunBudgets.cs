namespace Orchestrator.Messages;

/// <summary>Remaining budgets of a run, and consumption of its accounts' usage limits. Commands read them from the account ledgers, which
/// count costs and decide whether an agent may start.</summary>
public sealed record RunBudgets
{
    /// <summary>Budgets that apply. Shared budgets come first, from narrow to wide scope. Budgets of tasks with a running agent, or of
    /// tasks that wait for a higher budget, follow.</summary>
    [JsonPropertyName("budgets")]
    public IReadOnlyList<RunBudget> Budgets
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Cost limit of each task over all its attempts, or null for no limit.</summary>
    [JsonPropertyName("perTask")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetLimit? PerTask { get; init; }

    /// <summary>Cost limit of each attempt of a task, or null for no limit.</summary>
    [JsonPropertyName("perAttempt")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetLimit? PerAttempt { get; init; }

    /// <summary>Accounts that pay for the run, starting with the account of the run's agent; empty for an ended run.</summary>
    [JsonPropertyName("accounts")]
    public IReadOnlyList<RunAccount> Accounts
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Finds the budget that an answer raises; null if unknown.</summary>
    /// <param name="way">An answer of the kind <see cref="AnswerWays.RaiseBudget"/>.</param>
    public RunBudget? Find(AnswerWay way) =>
        way.Kind != AnswerWays.RaiseBudget
            ? null
            : Budgets.FirstOrDefault(budget =>
                budget.Budget.Kind == way.Resolution
                && (budget.Task.Length == 0 || way.Target.EndsWith("/" + budget.Task, StringComparison.Ordinal))
            );
}

/// <summary>A budget that applies to a run.</summary>
/// <param name="Budget">The limit, as last raised by a user, and the amount spent. Includes the possible spending of agents whose end is
/// unknown.</param>
public sealed record RunBudget([property: JsonPropertyName("budget")] BudgetStatus Budget)
{
    /// <summary>Task that the budget applies to; empty for all tasks.</summary>
    [JsonPropertyName("task")]
    public string Task
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Additional US dollars observed so far for running agents, or null if the budget does not limit money.</summary>
    [JsonPropertyName("workingUsd")]
    public decimal? WorkingUsd { get; init; }

    /// <summary>Additional tokens observed so far for running agents, or null if the budget does not limit tokens.</summary>
    [JsonPropertyName("workingTokens")]
    public long? WorkingTokens { get; init; }

    /// <summary>Remaining US dollars, at least 0, or null if the budget does not limit money.</summary>
    [JsonPropertyName("leftUsd")]
    public decimal? LeftUsd => Budget.LimitUsd is { } limit ? Math.Max(0, limit - (Budget.SpentUsd ?? 0) - (WorkingUsd ?? 0)) : null;

    /// <summary>Remaining tokens, at least 0, or null if the budget does not limit tokens.</summary>
    [JsonPropertyName("leftTokens")]
    public long? LeftTokens =>
        Budget.LimitTokens is { } limit ? Math.Max(0, limit - (Budget.SpentTokens ?? 0) - (WorkingTokens ?? 0)) : null;

    /// <summary>Consumed fraction of the budget, the larger of money and tokens. Range: 0 to 1.</summary>
    [JsonIgnore]
    public decimal Used => Math.Max(Part(Budget.LimitUsd, LeftUsd), Part(Budget.LimitTokens, LeftTokens));

    private static decimal Part(decimal? limit, decimal? left) => limit is > 0 and var all && left is { } rest ? (all - rest) / all : 0;
}

/// <summary>Limit of one budget.</summary>
/// <param name="Usd">Limit in US dollars, or null for no money limit.</param>
/// <param name="Tokens">Limit in tokens, or null for no token limit.</param>
public sealed record BudgetLimit([property: JsonPropertyName("usd")] decimal? Usd, [property: JsonPropertyName("tokens")] long? Tokens);

/// <summary>An account that pays for a run.</summary>
/// <param name="Name">Name of the account.</param>
/// <param name="Windows">Usage limits reported by the service, without limits that have been reset since.</param>
public sealed record RunAccount(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("windows")] IReadOnlyList<UsageWindowLine> Windows
)
{
    /// <summary>Block in force; omitted if the account is not blocked.</summary>
    [JsonPropertyName("block")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UsageBlock? Block { get; init; }
}

/// <summary>A usage limit of an account.</summary>
/// <param name="Name">The service's name for the limit.</param>
/// <param name="UsedPercent">Used percentage of the limit.</param>
/// <param name="ResetsAt">Time at which the limit resets.</param>
/// <param name="SeenAt">Time at which the service reported the limit.</param>
public sealed record UsageWindowLine(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("usedPercent")] decimal UsedPercent,
    [property: JsonPropertyName("resetsAt")] DateTimeOffset ResetsAt,
    [property: JsonPropertyName("seenAt")] DateTimeOffset SeenAt
);

/// <summary>A block of an account.</summary>
/// <param name="Window">The usage limit, or null if the service did not report it.</param>
/// <param name="Until">Time of the next try.</param>
/// <param name="Since">Time at which the block started.</param>
/// <param name="Fact">Source of the block.</param>
public sealed record UsageBlock(
    [property: JsonPropertyName("window")] string? Window,
    [property: JsonPropertyName("until")] DateTimeOffset Until,
    [property: JsonPropertyName("since")] DateTimeOffset Since,
    [property: JsonPropertyName("fact")] string Fact
);
