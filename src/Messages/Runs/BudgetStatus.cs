namespace Orchestrator.Messages;

/// <summary>A budget: its limit, and what is spent of it.</summary>
public sealed record BudgetStatus
{
    /// <summary>The scope, as in the names of settings: <c>attempt</c>, <c>task</c>, <c>run</c>, <c>day</c> or <c>account</c>.</summary>
    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>Which one: equal for all that wait for the same budget.</summary>
    [JsonPropertyName("scope")]
    public required string Scope { get; init; }

    /// <summary>The account of the agent that was to start; empty where it is told of no start, for budgets that all accounts
    /// share.</summary>
    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>US dollars spent, with what is unknown; null: the budget limits no money.</summary>
    [JsonPropertyName("spentUsd")]
    public decimal? SpentUsd { get; init; }

    /// <summary>US dollars that may be spent; null: the budget limits no money.</summary>
    [JsonPropertyName("limitUsd")]
    public decimal? LimitUsd { get; init; }

    /// <summary>Tokens used; null: the budget limits no tokens.</summary>
    [JsonPropertyName("spentTokens")]
    public long? SpentTokens { get; init; }

    /// <summary>Tokens that may be used; null: the budget limits no tokens.</summary>
    [JsonPropertyName("limitTokens")]
    public long? LimitTokens { get; init; }
}

/// <summary>The scopes of budgets, as in the names of settings.</summary>
public static class BudgetKinds
{
    public const string Attempt = "attempt";
    public const string Task = "task";
    public const string Run = "run";
    public const string Day = "day";
    public const string Account = "account";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Attempt, Task, Run, Day, Account];

    /// <summary>True for those that many tasks share: nothing is started while one is used up.</summary>
    public static bool IsShared(string kind) => kind is Run or Day or Account;
}

/// <summary>A person raises a budget of a run, or one that it counts in.</summary>
/// <param name="Kind">One of <see cref="BudgetKinds"/>.</param>
/// <param name="Usd">The new limit in US dollars; null: it is one of tokens.</param>
/// <param name="Tokens">The new limit in tokens; null: it is one of money.</param>
/// <param name="Task">The task, for its own budget or that of its attempt; empty: none.</param>
/// <param name="By">The person and their client, such as <c>kim@laptop</c>; empty: unknown.</param>
[MessageExample("""{"kind":"run","usd":40,"by":"kim@laptop"}""")]
public sealed record RaiseBudgetCommand(string Kind, decimal? Usd = null, long? Tokens = null, string Task = "", string By = "");

/// <summary>Asks for a raised budget to be stored.</summary>
/// <param name="Command">What a person wants.</param>
/// <param name="Attempt">The task's attempt.</param>
/// <param name="Account">An account that counts in it; empty: unknown.</param>
public sealed record RaiseBudgetInput(
    [property: Identifier] string RunId,
    RepositoryReference Repository,
    RaiseBudgetCommand Command,
    int Attempt,
    string Account
);

/// <summary>The result of the request.</summary>
/// <param name="Changed">False: it was refused.</param>
/// <param name="Message">What holds now, or why it was refused, in a sentence.</param>
public sealed record RaisedBudget(bool Changed, string Message);
