namespace Orchestrator.Plans;

/// <summary>The kind of a gate's check.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateType>))]
public enum GateType
{
    /// <summary>Anything else.</summary>
    [JsonStringEnumMemberName("custom")]
    Custom,

    /// <summary>Tests.</summary>
    [JsonStringEnumMemberName("test")]
    Test,

    /// <summary>Types.</summary>
    [JsonStringEnumMemberName("typecheck")]
    TypeCheck,

    /// <summary>Style and common mistakes.</summary>
    [JsonStringEnumMemberName("lint")]
    Lint,

    /// <summary>The build.</summary>
    [JsonStringEnumMemberName("build")]
    Build,

    /// <summary>Known weaknesses and secrets.</summary>
    [JsonStringEnumMemberName("security")]
    Security,
}
