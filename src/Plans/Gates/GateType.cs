namespace Orchestrator.Plans;

/// <summary>Kind of check that a gate performs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateType>))]
public enum GateType
{
    /// <summary>Any other check.</summary>
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

    /// <summary>Known vulnerabilities and leaked secrets.</summary>
    [JsonStringEnumMemberName("security")]
    Security,
}
