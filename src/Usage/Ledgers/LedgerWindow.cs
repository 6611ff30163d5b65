namespace Orchestrator.Usage;

/// <summary>A limit of an account that fills and is reset, such as that of five hours.</summary>
/// <param name="PartsPerMillion">How full: 1,000,000 is used up.</param>
/// <param name="ResetsAt">When it is empty again.</param>
/// <param name="SeenAt">When the service said so.</param>
/// <param name="Fact">Where it said so, such as <c>rate_limit_event</c>.</param>
/// <param name="WarnedFor">The reset up to which a person was warned; null: nobody was.</param>
public sealed record LedgerWindow(
    [property: JsonPropertyName("partsPerMillion")] int PartsPerMillion,
    [property: JsonPropertyName("resetsAt")] DateTimeOffset ResetsAt,
    [property: JsonPropertyName("seenAt")] DateTimeOffset SeenAt,
    [property: JsonPropertyName("fact")] string Fact,
    [property: JsonPropertyName("warnedFor")] DateTimeOffset? WarnedFor = null
)
{
    /// <summary>In percent, for people.</summary>
    [JsonIgnore]
    public decimal Percent => PartsPerMillion / 10_000m;
}

/// <summary>The service has refused an account because a limit is used up.</summary>
public sealed record AccountPark
{
    /// <summary>The reset that the service named, where that can be true; else when it is tried again.</summary>
    [JsonPropertyName("until")]
    public required DateTimeOffset Until { get; init; }

    /// <summary>When one agent tries the account again.</summary>
    [JsonPropertyName("opensAt")]
    public required DateTimeOffset OpensAt { get; init; }

    /// <summary>The window; null: the service did not say.</summary>
    [JsonPropertyName("window")]
    public string? Window { get; init; }

    /// <summary>The fact that it rests on, such as <c>usage_limit_reached of RUN/TASK</c>.</summary>
    [JsonPropertyName("fact")]
    public required string Fact { get; init; }

    /// <summary>Why <see cref="Until"/> is not what the service named; empty: it is.</summary>
    [JsonPropertyName("doubt")]
    public string Doubt
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>When it began.</summary>
    [JsonPropertyName("since")]
    public required DateTimeOffset Since { get; init; }

    /// <summary>Refusals in a row.</summary>
    [JsonPropertyName("blocks")]
    public int Blocks
    {
        get;
        init => field = Math.Max(1, value);
    } = 1;

    /// <summary>The agent run that tries the account after <see cref="Until"/>; null: none does.</summary>
    [JsonPropertyName("probe")]
    public string? Probe { get; init; }
}

/// <summary>An agent start that waits.</summary>
/// <param name="Id">Its task: <c>REPOSITORY/RUN/TASK</c>.</param>
/// <param name="Repository">Key of the repository.</param>
/// <param name="Priority">Higher ones go first.</param>
/// <param name="IsUnderWay">It goes on with work that was begun.</param>
/// <param name="Since">When it first asked.</param>
/// <param name="SeenAt">When it last asked: one that asks no more is forgotten.</param>
public sealed record Waiter(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("repository")] string Repository,
    [property: JsonPropertyName("priority")] int Priority,
    [property: JsonPropertyName("isUnderWay")] bool IsUnderWay,
    [property: JsonPropertyName("since")] DateTimeOffset Since,
    [property: JsonPropertyName("seenAt")] DateTimeOffset SeenAt
);
