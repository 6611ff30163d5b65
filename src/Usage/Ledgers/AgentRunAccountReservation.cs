namespace Orchestrator.Usage;

/// <summary>Process that holds a reservation. After the process dies, the reservation is settled or marked as lost.</summary>
/// <param name="Host">Name of the host.</param>
/// <param name="Process">Identity of the process on that host, with boot id and start time.</param>
public sealed record AgentRunReservationHolderProcess(
    [property: JsonPropertyName("host")] string Host,
    [property: JsonPropertyName("process")] string Process
);

/// <summary>
/// Reservation for an admitted agent run, kept until the run's usage is settled. Until then, at least the granted amount counts as spent.
/// </summary>
public sealed record AgentRunAccountReservation
{
    /// <summary>Id of the agent run, in the form <c>REPOSITORY/RUN/TASK/START</c>. Retries of an activity use the same id.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Key of the repository.</summary>
    [JsonPropertyName("repository")]
    public required string Repository { get; init; }

    /// <summary>Run id.</summary>
    [JsonPropertyName("run")]
    public required string Run { get; init; }

    /// <summary>Task id.</summary>
    [JsonPropertyName("task")]
    public required string Task { get; init; }

    /// <summary>Number of the attempt at the task for which the reservation was made.</summary>
    [JsonPropertyName("attempt")]
    public int Attempt { get; init; }

    /// <summary>Requested model; empty if unknown.</summary>
    [JsonPropertyName("model")]
    public string Model
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Process that holds the reservation.</summary>
    [JsonPropertyName("holder")]
    public required AgentRunReservationHolderProcess Holder { get; init; }

    /// <summary>Absolute path of the folder with the agent run's record; empty if the agent run has no folder.</summary>
    [JsonPropertyName("folder")]
    public string Folder
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Time at which the agent run was admitted.</summary>
    [JsonPropertyName("since")]
    public required DateTimeOffset Since { get; init; }

    /// <summary>
    /// Time at which the holder last reported that it monitors the agent run, or null if it has not reported since <see cref="Since"/>.
    /// </summary>
    [JsonPropertyName("seenAt")]
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>Time after which the supervisor stops an agent that no process monitors, or null if unknown.</summary>
    [JsonPropertyName("stopsAfter")]
    public TimeSpan? StopsAfter { get; init; }

    /// <summary>Money that the agent may spend, in millionths of a US dollar, or null if no budget limits it.</summary>
    [JsonPropertyName("grantedMicros")]
    public long? GrantedMicros { get; init; }

    /// <summary>Tokens that the agent may use, or null if no budget limits them.</summary>
    [JsonPropertyName("grantedTokens")]
    public long? GrantedTokens { get; init; }

    /// <summary>Cost reported so far, in millionths of a US dollar.</summary>
    [JsonPropertyName("usedMicros")]
    public long UsedMicros { get; init; }

    /// <inheritdoc cref="UsedMicros"/>
    [JsonPropertyName("usedTokens")]
    public long UsedTokens { get; init; }

    /// <summary>True if the holder died and left no record. The actual usage is then unknown, and the grant counts as spent.</summary>
    [JsonPropertyName("isLost")]
    public bool IsLost { get; init; }

    /// <summary>Budget scopes toward which the agent run's usage counts.</summary>
    [JsonPropertyName("scopes")]
    public ImmutableArray<string> Scopes
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>Amount that counts as spent for this agent run, which is the larger of the grant and the reported usage.</summary>
    [JsonIgnore]
    public MoneyAndTokenAmount Held => new(Math.Max(GrantedMicros ?? 0, UsedMicros), Math.Max(GrantedTokens ?? 0, UsedTokens));
}
