namespace Orchestrator.Usage;

/// <summary>The scope of a budget.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CapKind>))]
public enum CapKind
{
    /// <summary>One attempt of a task.</summary>
    [JsonStringEnumMemberName("attempt")]
    Attempt,

    /// <summary>One task of a run, in all its attempts.</summary>
    [JsonStringEnumMemberName("task")]
    Task,

    /// <summary>One run.</summary>
    [JsonStringEnumMemberName("run")]
    Run,

    /// <summary>All runs of this user in one day.</summary>
    [JsonStringEnumMemberName("day")]
    Day,

    /// <summary>One account in one calendar month.</summary>
    [JsonStringEnumMemberName("account")]
    Account,
}

/// <summary>A budget, in money, tokens or both.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Scope">Which one: spending is summed up under this name.</param>
/// <param name="Micros">Millionths of a US dollar; null: no limit of money.</param>
/// <param name="Tokens">Tokens; null: no limit of tokens.</param>
public sealed record Cap(
    [property: JsonPropertyName("kind")] CapKind Kind,
    [property: JsonPropertyName("scope")] string Scope,
    [property: JsonPropertyName("micros")] long? Micros,
    [property: JsonPropertyName("tokens")] long? Tokens = null
);

/// <summary>A budget that a person has raised.</summary>
/// <param name="Micros">The new limit of money; null: that of the settings holds.</param>
/// <param name="Tokens">The new limit of tokens; null: that of the settings holds.</param>
/// <param name="At">When; the latest counts.</param>
public sealed record RaisedCap(
    [property: JsonPropertyName("micros")] long? Micros,
    [property: JsonPropertyName("tokens")] long? Tokens,
    [property: JsonPropertyName("at")] DateTimeOffset At
);

/// <summary>The spending in a scope.</summary>
/// <param name="Micros">Millionths of a US dollar.</param>
/// <param name="Tokens">Tokens.</param>
/// <param name="At">The last time.</param>
public sealed record Spent(
    [property: JsonPropertyName("micros")] long Micros,
    [property: JsonPropertyName("tokens")] long Tokens,
    [property: JsonPropertyName("at")] DateTimeOffset At
);

/// <summary>Names of scopes.</summary>
public static class Scopes
{
    /// <summary>One attempt.</summary>
    public static string Attempt(string repository, string run, string task, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"attempt:{repository}/{run}/{task}#{attempt}");

    /// <summary>One task.</summary>
    public static string Task(string repository, string run, string task) => $"task:{repository}/{run}/{task}";

    /// <summary>True if a scope is an attempt or a task.</summary>
    public static bool IsOfTask(string scope) =>
        scope.StartsWith("attempt:", StringComparison.Ordinal) || scope.StartsWith("task:", StringComparison.Ordinal);

    /// <summary>One run.</summary>
    public static string Run(string repository, string run) => $"run:{repository}/{run}";

    /// <summary>One day of this machine's clock.</summary>
    public static string Day(DateOnly day) => $"day:{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";

    /// <summary>One account in a month of this machine's clock.</summary>
    public static string Account(string account, DateOnly day) =>
        $"account:{account}/{day.ToString("yyyy-MM", CultureInfo.InvariantCulture)}";
}
