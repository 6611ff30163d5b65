namespace Orchestrator.Usage;

/// <summary>Usage of one agent run, as stored.</summary>
public sealed record UsageRecord
{
    /// <summary>Id of the agent run: <c>REPOSITORY/RUN/TASK/START</c>.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Number of the agent run, the last part of <see cref="Id"/>, or 0 if the id has no number.</summary>
    [JsonIgnore]
    public int Start =>
        int.TryParse(Id.AsSpan(Id.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Name of the account.</summary>
    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>Absolute path of the repository.</summary>
    [JsonPropertyName("repository")]
    public string Repository
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Run id.</summary>
    [JsonPropertyName("run")]
    public required string Run { get; init; }

    /// <summary>Task id.</summary>
    [JsonPropertyName("task")]
    public required string Task { get; init; }

    /// <summary>Number of the attempt at the task.</summary>
    [JsonPropertyName("attempt")]
    public int Attempt { get; init; }

    /// <summary>Start time of the agent run.</summary>
    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }

    /// <summary>End time of the agent run.</summary>
    [JsonPropertyName("at")]
    public required DateTimeOffset At { get; init; }

    /// <summary>True if the agent run ended without a result, so that its actual usage may be higher than recorded.</summary>
    [JsonPropertyName("isPartial")]
    public bool IsPartial { get; init; }

    /// <summary>True if the recorded usage is complete.</summary>
    [JsonIgnore]
    public bool IsWhole => !IsPartial;

    /// <summary>Usage by model.</summary>
    [JsonPropertyName("models")]
    public ImmutableArray<ModelUsageRecord> Models
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>Usage windows of the account as last reported during this agent run; empty if none were reported.</summary>
    [JsonPropertyName("windows")]
    public ImmutableArray<UsageWindowReading> Windows
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>
    /// True if both records describe the same agent run. If a run is started again under the same name, its agent runs have the same ids
    /// but different start times.
    /// </summary>
    public bool IsSame(UsageRecord? other) => other is not null && other.Id == Id && other.Since == Since;

    /// <summary>Total over all models.</summary>
    [JsonIgnore]
    public MoneyAndTokenAmount Sum => UsageRecordSerializer.Sum(Models);
}

/// <summary>A reading of an account's usage window.</summary>
/// <param name="Name">Name of the window as used by the service, such as <c>five_hour</c>.</param>
/// <param name="PartsPerMillion">Utilization in parts per million; 1,000,000 means exhausted.</param>
/// <param name="ResetsAt">Time of the next reset.</param>
public sealed record UsageWindowReading(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("partsPerMillion")] int PartsPerMillion,
    [property: JsonPropertyName("resetsAt")] DateTimeOffset ResetsAt
);

/// <summary>Usage of one model within an agent run.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Tokens">Numbers of tokens.</param>
/// <param name="Micros">Cost in millionths of a US dollar.</param>
public sealed record ModelUsageRecord(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("tokens")] TokenCounts Tokens,
    [property: JsonPropertyName("micros")] long Micros
);

/// <summary>Serializes usage records as lines of a file, and sums them.</summary>
public static class UsageRecordSerializer
{
    /// <summary>Sums the usage of several models.</summary>
    public static MoneyAndTokenAmount Sum(IEnumerable<ModelUsageRecord> models) =>
        models.Aggregate(MoneyAndTokenAmount.Zero, (sum, model) => sum.Plus(new MoneyAndTokenAmount(model.Micros, model.Tokens.Total)));

    /// <summary>Raises the reported usage to at least the observed usage. The difference is added to the requested model.</summary>
    /// <param name="models">Reported usage by model.</param>
    /// <param name="seen">Observed usage.</param>
    /// <param name="model">Requested model.</param>
    public static IReadOnlyList<ModelUsageRecord> AtLeast(IReadOnlyList<ModelUsageRecord> models, MoneyAndTokenAmount seen, string model)
    {
        var sum = Sum(models);
        var (micros, tokens) = (Math.Max(0, seen.Micros - sum.Micros), Math.Max(0, seen.Tokens - sum.Tokens));
        return micros == 0 && tokens == 0 ? models : [.. models, new ModelUsageRecord(model, new TokenCounts(tokens, 0, 0, 0), micros)];
    }

    /// <summary>Serializes a record as a line, including the line break.</summary>
    public static string Write(UsageRecord record) => JsonSerializer.Serialize(record, UsageRecordJsonContext.Default.UsageRecord) + "\n";

    /// <summary>Parses a line. Returns null if the line is truncated or not a usage record.</summary>
    public static UsageRecord? TryRead(string line)
    {
        try
        {
            return line.Length == 0 ? null : JsonSerializer.Deserialize(line, UsageRecordJsonContext.Default.UsageRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UsageRecord))]
internal sealed partial class UsageRecordJsonContext : JsonSerializerContext;
