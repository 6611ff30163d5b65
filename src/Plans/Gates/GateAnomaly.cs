namespace Orchestrator.Plans;

/// <summary>Kinds of anomalies in a gate's result. No anomaly prevents a merge; users are notified.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateAnomalyKind>))]
public enum GateAnomalyKind
{
    /// <summary>A file or folder with the name of the gate's output file already existed and was removed.</summary>
    [JsonStringEnumMemberName("logreplaced")]
    LogReplaced,

    /// <summary>Another program wrote to the gate's output file while the gate ran.</summary>
    [JsonStringEnumMemberName("logforeign")]
    LogForeign,

    /// <summary>The gate reported a different number of tests in its output than in its result files.</summary>
    [JsonStringEnumMemberName("countsdiffer")]
    CountsDiffer,

    /// <summary>Far fewer tests ran than in the gate's last passing run.</summary>
    [JsonStringEnumMemberName("fewerteststhanlast")]
    FewerTestsThanLast,

    /// <summary>Far fewer tests ran than in one of the gate's recent passing runs.</summary>
    [JsonStringEnumMemberName("fewerteststhanlately")]
    FewerTestsThanLately,

    /// <summary>Fewer tests ran than at the base commit.</summary>
    [JsonStringEnumMemberName("fewerteststhanbase")]
    FewerTestsThanBase,

    /// <summary>The gate took far less time than its recent passing runs. <c>Before</c> and <c>Now</c> are in seconds.</summary>
    [JsonStringEnumMemberName("faster")]
    Faster,

    /// <summary>Set-up changed tracked files, which were restored before the gate ran.</summary>
    [JsonStringEnumMemberName("setupchangedfiles")]
    SetUpChangedFiles,

    /// <summary>The gate changed tracked files, which were restored afterwards.</summary>
    [JsonStringEnumMemberName("changedfiles")]
    ChangedFiles,

    /// <summary>The gate created files that programs read before the project's own files. The files were removed.</summary>
    [JsonStringEnumMemberName("madefilesreadfirst")]
    MadeFilesReadFirst,
}

/// <summary>An anomaly in a gate's result.</summary>
/// <param name="Kind">Kind of anomaly.</param>
public sealed record GateAnomaly([property: JsonPropertyName("kind")] GateAnomalyKind Kind)
{
    /// <summary>Expected or earlier number, or null if no numbers are compared.</summary>
    [JsonPropertyName("before"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Before { get; init; }

    /// <summary>Current number, or null if it is unknown.</summary>
    [JsonPropertyName("now"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Now { get; init; }

    /// <summary>Affected files, abridged for display, or null if there are none.</summary>
    [JsonPropertyName("files"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AbridgedFileList? Files { get; init; }
}

/// <summary>A list of files in which only the first ones are named.</summary>
/// <param name="First">Names of the first files, in their displayed form.</param>
/// <param name="More">Number of files that are not named.</param>
public sealed record AbridgedFileList(
    [property: JsonPropertyName("first")] IReadOnlyList<string> First,
    [property: JsonPropertyName("more")] int More
);
