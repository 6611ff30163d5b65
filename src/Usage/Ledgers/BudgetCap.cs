namespace Orchestrator.Usage;

/// <summary>Kind of scope that a budget covers.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BudgetCapKind>))]
public enum BudgetCapKind
{
    /// <summary>One attempt at a task.</summary>
    [JsonStringEnumMemberName("attempt")]
    Attempt,

    /// <summary>One task of a run, over all its attempts.</summary>
    [JsonStringEnumMemberName("task")]
    Task,

    /// <summary>One run.</summary>
    [JsonStringEnumMemberName("run")]
    Run,

    /// <summary>All runs of one user on one day.</summary>
    [JsonStringEnumMemberName("day")]
    Day,

    /// <summary>All agent runs of one account in one calendar month.</summary>
    [JsonStringEnumMemberName("account")]
    Account,
}

/// <summary>A budget that limits money, tokens or both.</summary>
/// <param name="Kind">Kind of the budget's scope.</param>
/// <param name="Scope">Name of the scope whose spending is summed.</param>
/// <param name="Micros">Limit in millionths of a US dollar, or null if money is not limited.</param>
/// <param name="Tokens">Limit in tokens, or null if tokens are not limited.</param>
public sealed record BudgetCap(
    [property: JsonPropertyName("kind")] BudgetCapKind Kind,
    [property: JsonPropertyName("scope")] string Scope,
    [property: JsonPropertyName("micros")] long? Micros,
    [property: JsonPropertyName("tokens")] long? Tokens = null
);

/// <summary>A limit that a user has raised.</summary>
/// <param name="Micros">New limit in millionths of a US dollar, or null to keep the limit from the settings.</param>
/// <param name="Tokens">New limit in tokens, or null to keep the limit from the settings.</param>
/// <param name="At">Time at which the user raised the limit; the latest raise applies.</param>
public sealed record RaisedBudgetCap(
    [property: JsonPropertyName("micros")] long? Micros,
    [property: JsonPropertyName("tokens")] long? Tokens,
    [property: JsonPropertyName("at")] DateTimeOffset At
);

/// <summary>Amount spent in a scope.</summary>
/// <param name="Micros">Millionths of a US dollar.</param>
/// <param name="Tokens">Number of tokens.</param>
/// <param name="At">Time of the last spending.</param>
public sealed record BudgetScopeSpending(
    [property: JsonPropertyName("micros")] long Micros,
    [property: JsonPropertyName("tokens")] long Tokens,
    [property: JsonPropertyName("at")] DateTimeOffset At
);

/// <summary>Builds the names of budget scopes.</summary>
public static class BudgetScopeNames
{
    /// <summary>Returns the scope of one attempt at a task.</summary>
    public static string Attempt(string repository, string run, string task, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"attempt:{repository}/{run}/{task}#{attempt}");

    /// <summary>Returns the scope of one task.</summary>
    public static string Task(string repository, string run, string task) => $"task:{repository}/{run}/{task}";

    /// <summary>True if the scope is that of an attempt or a task.</summary>
    public static bool IsOfTask(string scope) =>
        scope.StartsWith("attempt:", StringComparison.Ordinal) || scope.StartsWith("task:", StringComparison.Ordinal);

    /// <summary>Returns the scope of one run.</summary>
    public static string Run(string repository, string run) => $"run:{repository}/{run}";

    /// <summary>Returns the scope of one day in this host's time zone.</summary>
    public static string Day(DateOnly day) => $"day:{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";

    /// <summary>Returns the scope of one account in one calendar month, in this host's time zone.</summary>
    public static string Account(string account, DateOnly day) =>
        $"account:{account}/{day.ToString("yyyy-MM", CultureInfo.InvariantCulture)}";
}
