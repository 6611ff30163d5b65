namespace Orchestrator.Usage;

/// <summary>The kind of scope that a budget covers.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CapKind>))]
public enum CapKind
{
    /// <summary>One attempt of a task.</summary>
    [JsonStringEnumMemberName("attempt")]
    Attempt,

    /// <summary>One task of a run, over all its attempts.</summary>
    [JsonStringEnumMemberName("task")]
    Task,

    /// <summary>One run.</summary>
    [JsonStringEnumMemberName("run")]
    Run,

    /// <summary>All runs of this user in one day.</summary>
    [JsonStringEnumMemberName("day")]
    Day,

    /// <summary>The cap covers one account in one calendar month.</summary>
    [JsonStringEnumMemberName("account")]
    Account,
}

/// <summary>A budget in money, tokens or both.</summary>
/// <param name="Kind">Kind of its scope.</param>
/// <param name="Scope">Name of the scope under which spending is summed.</param>
/// <param name="Micros">Limit in millionths of a US dollar, or null for none.</param>
/// <param name="Tokens">Limit in tokens, or null for none.</param>
public sealed record Cap(
    [property: JsonPropertyName("kind")] CapKind Kind,
    [property: JsonPropertyName("scope")] string Scope,
    [property: JsonPropertyName("micros")] long? Micros,
    [property: JsonPropertyName("tokens")] long? Tokens = null
);

/// <summary>A budget that a user has raised.</summary>
/// <param name="Micros">New limit in millionths of a US dollar, or null to keep the limit of the settings.</param>
/// <param name="Tokens">New limit in tokens, or null to keep the limit of the settings.</param>
/// <param name="At">Time of the raise; the latest one applies.</param>
public sealed record RaisedCap(
    [property: JsonPropertyName("micros")] long? Micros,
    [property: JsonPropertyName("tokens")] long? Tokens,
    [property: JsonPropertyName("at")] DateTimeOffset At
);

/// <summary>The spending in a scope.</summary>
/// <param name="Micros">Millionths of a US dollar.</param>
/// <param name="Tokens">Number of tokens.</param>
/// <param name="At">Time of the last spending.</param>
public sealed record Spent(
    [property: JsonPropertyName("micros")] long Micros,
    [property: JsonPropertyName("tokens")] long Tokens,
    [property: JsonPropertyName("at")] DateTimeOffset At
);

/// <summary>Builds the names of scopes.</summary>
public static class Scopes
{
    /// <summary>Scope of one attempt.</summary>
    public static string Attempt(string repository, string run, string task, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"attempt:{repository}/{run}/{task}#{attempt}");

    /// <summary>Scope of one task.</summary>
    public static string Task(string repository, string run, string task) => $"task:{repository}/{run}/{task}";

    /// <summary>True if the scope is an attempt or a task.</summary>
    public static bool IsOfTask(string scope) =>
        scope.StartsWith("attempt:", StringComparison.Ordinal) || scope.StartsWith("task:", StringComparison.Ordinal);

    /// <summary>Scope of one run.</summary>
    public static string Run(string repository, string run) => $"run:{repository}/{run}";

    /// <summary>Scope of one day in this machine's time zone.</summary>
    public static string Day(DateOnly day) => $"day:{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";

    /// <summary>Scope of one account in one month of this machine's time zone.</summary>
    public static string Account(string account, DateOnly day) =>
        $"account:{account}/{day.ToString("yyyy-MM", CultureInfo.InvariantCulture)}";
}
