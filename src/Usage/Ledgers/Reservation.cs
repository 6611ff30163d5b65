namespace Orchestrator.Usage;

/// <summary>The process that has reserved something: whether it still lives decides what becomes of it.</summary>
/// <param name="Host">Name of the machine.</param>
/// <param name="Process">The process on it, with boot and start time.</param>
public sealed record Holder([property: JsonPropertyName("host")] string Host, [property: JsonPropertyName("process")] string Process);

/// <summary>An agent run that was admitted and has not been settled: what it may spend counts as spent.</summary>
public sealed record Reservation
{
    /// <summary>Identifies the agent run over repetitions of its step: <c>REPOSITORY/RUN/TASK/START</c>.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Key of the repository.</summary>
    [JsonPropertyName("repository")]
    public required string Repository { get; init; }

    /// <summary>The run.</summary>
    [JsonPropertyName("run")]
    public required string Run { get; init; }

    /// <summary>The task.</summary>
    [JsonPropertyName("task")]
    public required string Task { get; init; }

    /// <summary>The attempt of the task.</summary>
    [JsonPropertyName("attempt")]
    public int Attempt { get; init; }

    /// <summary>The model that was asked for; empty: unknown.</summary>
    [JsonPropertyName("model")]
    public string Model
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>The one who has reserved it.</summary>
    [JsonPropertyName("holder")]
    public required Holder Holder { get; init; }

    /// <summary>Absolute path of the agent run's folder, where its record is; empty: it has none.</summary>
    [JsonPropertyName("folder")]
    public string Folder
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>When it was admitted.</summary>
    [JsonPropertyName("since")]
    public required DateTimeOffset Since { get; init; }

    /// <summary>When the reservation's holder last told that it follows the agent run; null: not since <see cref="Since"/>.</summary>
    [JsonPropertyName("seenAt")]
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>An agent that nobody follows for so long has been stopped by its supervisor; null: unknown.</summary>
    [JsonPropertyName("stopsAfter")]
    public TimeSpan? StopsAfter { get; init; }

    /// <summary>Money that it may spend; null: no budget limits it.</summary>
    [JsonPropertyName("grantedMicros")]
    public long? GrantedMicros { get; init; }

    /// <summary>Tokens that it may use; null: no budget limits it.</summary>
    [JsonPropertyName("grantedTokens")]
    public long? GrantedTokens { get; init; }

    /// <summary>The usage until now, as far as seen.</summary>
    [JsonPropertyName("usedMicros")]
    public long UsedMicros { get; init; }

    /// <inheritdoc cref="UsedMicros"/>
    [JsonPropertyName("usedTokens")]
    public long UsedTokens { get; init; }

    /// <summary>True if the reservation's holder is dead and left no record: what it has used is unknown, and what was granted counts as
    /// spent.</summary>
    [JsonPropertyName("isLost")]
    public bool IsLost { get; init; }

    /// <summary>The scopes that it counts in.</summary>
    [JsonPropertyName("scopes")]
    public ImmutableArray<string> Scopes
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>The amount that counts as spent for it.</summary>
    [JsonIgnore]
    public Amount Held => new(Math.Max(GrantedMicros ?? 0, UsedMicros), Math.Max(GrantedTokens ?? 0, UsedTokens));
}
