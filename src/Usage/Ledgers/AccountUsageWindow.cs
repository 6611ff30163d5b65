namespace Orchestrator.Usage;

/// <summary>A usage window of an account, such as the five-hour window. The window fills with use and is reset at a known time.</summary>
/// <param name="PartsPerMillion">Utilization in parts per million; 1,000,000 means exhausted.</param>
/// <param name="ResetsAt">Time of the next reset.</param>
/// <param name="SeenAt">Time at which the service reported this state.</param>
/// <param name="Fact">Source of the report, such as <c>rate_limit_event</c>.</param>
/// <param name="WarnedFor">Reset for which the user was warned, or null if the user was not warned.</param>
public sealed record AccountUsageWindow(
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

/// <summary>Backoff of an account after the service rejected its use because a limit was used up.</summary>
public sealed record AccountBackoff
{
    /// <summary>Reset time from the service, if plausible; otherwise the time of the next probe.</summary>
    [JsonPropertyName("until")]
    public required DateTimeOffset Until { get; init; }

    /// <summary>Time from which one agent may probe the account.</summary>
    [JsonPropertyName("opensAt")]
    public required DateTimeOffset OpensAt { get; init; }

    /// <summary>Name of the exhausted window, or null if the service named none.</summary>
    [JsonPropertyName("window")]
    public string? Window { get; init; }

    /// <summary>Source of the report, such as <c>usage_limit_reached of RUN/TASK</c>.</summary>
    [JsonPropertyName("fact")]
    public required string Fact { get; init; }

    /// <summary>Reason why <see cref="Until"/> differs from the service's reset time; empty if it does not.</summary>
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

    /// <summary>Id of the agent run that probes the account after <see cref="OpensAt"/>, or null if none does.</summary>
    [JsonPropertyName("probe")]
    public string? Probe { get; init; }
}

/// <summary>An agent start that is waiting in an account's queue.</summary>
/// <param name="Id">Key of the start's task, <c>REPOSITORY/RUN/TASK</c>.</param>
/// <param name="Repository">Key of the repository.</param>
/// <param name="Priority">Priority of the run; larger numbers go first.</param>
/// <param name="IsUnderWay">True if the start continues earlier work.</param>
/// <param name="Since">Time of the first request.</param>
/// <param name="SeenAt">Time of the last request. A waiter that stops sending requests is removed.</param>
/// <param name="Run">Id of the run, or null if an earlier version wrote the waiter.</param>
public sealed record QueuedAgentStart(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("repository")] string Repository,
    [property: JsonPropertyName("priority")] int Priority,
    [property: JsonPropertyName("isUnderWay")] bool IsUnderWay,
    [property: JsonPropertyName("since")] DateTimeOffset Since,
    [property: JsonPropertyName("seenAt")] DateTimeOffset SeenAt,
    [property: JsonPropertyName("run")] string? Run = null
);
