namespace Orchestrator.Messages;

/// <summary>A budget with its limit and the amount spent.</summary>
public sealed record BudgetStatus
{
    /// <summary>Scope of the budget, as in setting names: <c>attempt</c>, <c>task</c>, <c>run</c>, <c>day</c> or <c>account</c>.</summary>
    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>String that identifies the budget. It is the same for all tasks that are waiting for this budget.</summary>
    [JsonPropertyName("scope")]
    public required string Scope { get; init; }

    /// <summary>
    /// Account of the agent that was about to start. Empty if no agent was about to start, or if all accounts share the budget.
    /// </summary>
    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>Amount spent in US dollars, including estimates for running agents. Null if the budget does not limit money.</summary>
    [JsonPropertyName("spentUsd")]
    public decimal? SpentUsd { get; init; }

    /// <summary>Limit in US dollars, or null if the budget does not limit money.</summary>
    [JsonPropertyName("limitUsd")]
    public decimal? LimitUsd { get; init; }

    /// <summary>Tokens used, or null if the budget does not limit tokens.</summary>
    [JsonPropertyName("spentTokens")]
    public long? SpentTokens { get; init; }

    /// <summary>Limit in tokens, or null if the budget does not limit tokens.</summary>
    [JsonPropertyName("limitTokens")]
    public long? LimitTokens { get; init; }
}

/// <summary>Scopes of budgets, as they appear in setting names.</summary>
public static class BudgetKinds
{
    public const string Attempt = "attempt";
    public const string Task = "task";
    public const string Run = "run";
    public const string Day = "day";
    public const string Account = "account";

    /// <summary>Names of all scopes of budgets, from the narrowest to the widest.</summary>
    public static IReadOnlyList<string> All { get; } = [Attempt, Task, Run, Day, Account];

    /// <summary>True if the budget of the given scope is shared by many tasks. While such a budget is used up, no agent starts.</summary>
    public static bool IsShared(string kind) => kind is Run or Day or Account;
}

/// <summary>A user's command to raise a budget.</summary>
/// <param name="Kind">Kind of the budget.</param>
/// <param name="Usd">The new limit in US dollars, or null to raise a token limit.</param>
/// <param name="Tokens">The new limit in tokens, or null to raise a money limit.</param>
/// <param name="Task">Id of the task whose budget is raised, for the scopes <c>task</c> and <c>attempt</c>; otherwise empty.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"kind":"run","usd":40,"by":"kim@laptop"}""")]
public sealed record RaiseBudgetArguments(string Kind, decimal? Usd = null, long? Tokens = null, string Task = "", string By = "")
    : SteeringUpdateArguments;

/// <summary>Request to store a raised budget.</summary>
/// <param name="Command">The user's command.</param>
/// <param name="Attempt">Number of the task's attempt.</param>
/// <param name="Account">Account whose spending counts toward the budget; empty if unknown.</param>
public sealed record RaiseBudgetInput(
    [property: ValidTemporalIdentifier] string RunId,
    RepositoryReference Repository,
    RaiseBudgetArguments Command,
    int Attempt,
    string Account
);

/// <summary>Result of a user's request to raise a budget.</summary>
/// <param name="Changed">False if the command was refused.</param>
/// <param name="Message">Sentence with the new limit, or with the reason for the refusal.</param>
public sealed record RaisedBudget(bool Changed, string Message);
