namespace Orchestrator.Usage;

/// <summary>A usage window of an account, which fills and is reset, such as the five-hour window.</summary>
/// <param name="PartsPerMillion">Utilization in parts per million; 1,000,000 means exhausted.</param>
/// <param name="ResetsAt">Time of the next reset.</param>
/// <param name="SeenAt">Time of the service's report.</param>
/// <param name="Fact">Source of the report, such as <c>rate_limit_event</c>.</param>
/// <param name="WarnedFor">Reset for which the user was warned, or null for none.</param>
public sealed record LedgerWindow(
    [property: JsonPropertyName("partsPerMillion")] int PartsPerMillion,
    [property: JsonPropertyName("resetsAt")] DateTimeOffset ResetsAt,
    [property: JsonPropertyName("seenAt")] DateTimeOffset SeenAt,
    [property: JsonPropertyName("fact")] string Fact,
    [property: JsonPropertyName("warnedFor")] DateTimeOffset? WarnedFor = null
)
{
    /// <summary>Utilization in percent, for display.</summary>
    [JsonIgnore]
    public decimal Percent => PartsPerMillion / 10_000m;
}

/// <summary>The backoff of an account that the service rejected because a limit is exhausted.</summary>
public sealed record AccountPark
{
    /// <summary>Reset time that the service named, if plausible; otherwise the time of the next probe.</summary>
    [JsonPropertyName("until")]
    public required DateTimeOffset Until { get; init; }

    /// <summary>Time at which one agent may probe the account.</summary>
    [JsonPropertyName("opensAt")]
    public required DateTimeOffset OpensAt { get; init; }

    /// <summary>Name of the exhausted window, or null if the service named none.</summary>
    [JsonPropertyName("window")]
    public string? Window { get; init; }

    /// <summary>Source of the report, such as <c>usage_limit_reached of RUN/TASK</c>.</summary>
    [JsonPropertyName("fact")]
    public required string Fact { get; init; }

    /// <summary>Reason for which <see cref="Until"/> differs from the service's reset time; empty if it does not differ.</summary>
    [JsonPropertyName("doubt")]
    public string Doubt
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Time at which the backoff started.</summary>
    [JsonPropertyName("since")]
    public required DateTimeOffset Since { get; init; }

    /// <summary>Number of consecutive rejections.</summary>
    [JsonPropertyName("blocks")]
    public int Blocks
    {
        get;
        init => field = Math.Max(1, value);
    } = 1;

    /// <summary>Id of the agent run that probes the account after <see cref="OpensAt"/>, or null for none.</summary>
    [JsonPropertyName("probe")]
    public string? Probe { get; init; }
}

/// <summary>An agent start that waits.</summary>
/// <param name="Id">Key of its task: <c>REPOSITORY/RUN/TASK</c>.</param>
/// <param name="Repository">Key of the repository.</param>
/// <param name="Priority">Priority; higher ones start first.</param>
/// <param name="IsUnderWay">True if the start continues earlier work.</param>
/// <param name="Since">Time of the first request.</param>
/// <param name="SeenAt">Time of the last request; a waiter that stops requesting is removed.</param>
/// <param name="Run">Run id, or null if an older version wrote the waiter.</param>
public sealed record Waiter(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("repository")] string Repository,
    [property: JsonPropertyName("priority")] int Priority,
    [property: JsonPropertyName("isUnderWay")] bool IsUnderWay,
    [property: JsonPropertyName("since")] DateTimeOffset Since,
    [property: JsonPropertyName("seenAt")] DateTimeOffset SeenAt,
    [property: JsonPropertyName("run")] string? Run = null
);
