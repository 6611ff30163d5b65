namespace Orchestrator.Plans;

/// <summary>The anomalies of a gate's result. None of them prevents a merge; people are notified.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateOddityKind>))]
public enum GateOddityKind
{
    /// <summary>Something had the name of the file for its output; it was removed.</summary>
    [JsonStringEnumMemberName("logreplaced")]
    LogReplaced,

    /// <summary>Another program wrote to the file with its output while it ran.</summary>
    [JsonStringEnumMemberName("logforeign")]
    LogForeign,

    /// <summary>The gate printed another number of tests than its result files hold.</summary>
    [JsonStringEnumMemberName("countsdiffer")]
    CountsDiffer,

    /// <summary>Far fewer tests than in its last passing run.</summary>
    [JsonStringEnumMemberName("fewerteststhanlast")]
    FewerTestsThanLast,

    /// <summary>Far fewer tests than in one of its last passing runs.</summary>
    [JsonStringEnumMemberName("fewerteststhanlately")]
    FewerTestsThanLately,

    /// <summary>Fewer tests than at the base commit.</summary>
    [JsonStringEnumMemberName("fewerteststhanbase")]
    FewerTestsThanBase,

    /// <summary>Far less time than its last passing runs took; seconds.</summary>
    [JsonStringEnumMemberName("faster")]
    Faster,

    /// <summary>Set-up changed tracked files, which were put back before it.</summary>
    [JsonStringEnumMemberName("setupchangedfiles")]
    SetUpChangedFiles,

    /// <summary>The gate changed tracked files, which were put back after it.</summary>
    [JsonStringEnumMemberName("changedfiles")]
    ChangedFiles,

    /// <summary>The gate made files that other programs read before the project's own; they were removed.</summary>
    [JsonStringEnumMemberName("madefilesreadfirst")]
    MadeFilesReadFirst,
}

/// <summary>Something unusual about a gate's result.</summary>
/// <param name="Kind">What.</param>
public sealed record GateOddity([property: JsonPropertyName("kind")] GateOddityKind Kind)
{
    /// <summary>The earlier number; null where no number is compared.</summary>
    [JsonPropertyName("before"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Before { get; init; }

    /// <summary>The present number; null where there is none.</summary>
    [JsonPropertyName("now"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Now { get; init; }

    /// <summary>The first of the files that it is about, as people read them.</summary>
    [JsonPropertyName("files"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NamedFiles? Files { get; init; }
}

/// <summary>The first of several files.</summary>
/// <param name="First">Their names, as people read them.</param>
/// <param name="More">How many there are beyond these.</param>
public sealed record NamedFiles(
    [property: JsonPropertyName("first")] IReadOnlyList<string> First,
    [property: JsonPropertyName("more")] int More
);
