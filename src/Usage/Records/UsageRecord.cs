namespace Orchestrator.Usage;

/// <summary>The usage of one agent run.</summary>
public sealed record UsageRecord
{
    /// <summary>The agent run: <c>REPOSITORY/RUN/TASK/START</c>.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Number of the agent run, the last part of <see cref="Id"/>; 0 where that has none.</summary>
    [JsonIgnore]
    public int Start =>
        int.TryParse(Id.AsSpan(Id.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The account.</summary>
    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>Absolute path of the repository.</summary>
    [JsonPropertyName("repository")]
    public string Repository
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>The run.</summary>
    [JsonPropertyName("run")]
    public required string Run { get; init; }

    /// <summary>The task.</summary>
    [JsonPropertyName("task")]
    public required string Task { get; init; }

    /// <summary>The attempt of the task.</summary>
    [JsonPropertyName("attempt")]
    public int Attempt { get; init; }

    /// <summary>When it began.</summary>
    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }

    /// <summary>When it ended.</summary>
    [JsonPropertyName("at")]
    public required DateTimeOffset At { get; init; }

    /// <summary>The agent run ended without a result, so that there may have been more.</summary>
    [JsonPropertyName("isPartial")]
    public bool IsPartial { get; init; }

    /// <summary>All that was used is in this record.</summary>
    [JsonIgnore]
    public bool IsWhole => !IsPartial;

    /// <summary>Use by model.</summary>
    [JsonPropertyName("models")]
    public ImmutableArray<ModelRecord> Models
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>The fill of the account's limits, as the service reported it last to this agent run; empty: it reported nothing.</summary>
    [JsonPropertyName("windows")]
    public ImmutableArray<WindowReading> Windows
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>True for the same agent run. A run that is begun anew under an old name repeats ids, at another time.</summary>
    public bool IsSame(UsageRecord? other) => other is not null && other.Id == Id && other.Since == Since;

    /// <summary>Over all models.</summary>
    [JsonIgnore]
    public Amount Sum => UsageRecords.Sum(Models);
}

/// <summary>The fill of a limit of an account.</summary>
/// <param name="Name">The service's name for it, such as <c>five_hour</c>.</param>
/// <param name="PartsPerMillion">1,000,000 is used up.</param>
/// <param name="ResetsAt">When it is empty again.</param>
public sealed record WindowReading(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("partsPerMillion")] int PartsPerMillion,
    [property: JsonPropertyName("resetsAt")] DateTimeOffset ResetsAt
);

/// <summary>The usage of one model.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Tokens">The tokens.</param>
/// <param name="Micros">What they cost, in millionths of a US dollar.</param>
public sealed record ModelRecord(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("tokens")] TokenCounts Tokens,
    [property: JsonPropertyName("micros")] long Micros
);

/// <summary>Records as lines of a file, and their sums.</summary>
public static class UsageRecords
{
    /// <summary>The usage of several models together.</summary>
    public static Amount Sum(IEnumerable<ModelRecord> models) =>
        models.Aggregate(Amount.Zero, (sum, model) => sum.Plus(new Amount(model.Micros, model.Tokens.Total)));

    /// <summary>Use by model that adds up to no less than what was seen; the rest counts for the model that was asked for.</summary>
    /// <param name="models">Use as it was reported.</param>
    /// <param name="seen">Use as it was seen.</param>
    /// <param name="model">The model that was asked for.</param>
    public static IReadOnlyList<ModelRecord> AtLeast(IReadOnlyList<ModelRecord> models, Amount seen, string model)
    {
        var sum = Sum(models);
        var (micros, tokens) = (Math.Max(0, seen.Micros - sum.Micros), Math.Max(0, seen.Tokens - sum.Tokens));
        return micros == 0 && tokens == 0 ? models : [.. models, new ModelRecord(model, new TokenCounts(tokens, 0, 0, 0), micros)];
    }

    /// <summary>The line, with its end.</summary>
    public static string Write(UsageRecord record) => JsonSerializer.Serialize(record, UsageRecordJson.Default.UsageRecord) + "\n";

    /// <summary>Reads a line; null: it is torn, or of something else.</summary>
    public static UsageRecord? TryRead(string line)
    {
        try
        {
            return line.Length == 0 ? null : JsonSerializer.Deserialize(line, UsageRecordJson.Default.UsageRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UsageRecord))]
internal sealed partial class UsageRecordJson : JsonSerializerContext;
