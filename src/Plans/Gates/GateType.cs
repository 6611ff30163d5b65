namespace Orchestrator.Plans;

/// <summary>Kind of check that a gate performs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateType>))]
public enum GateType
{
    /// <summary>A gate of another kind.</summary>
    [JsonStringEnumMemberName("custom")]
    Custom,

    /// <summary>A gate that runs tests.</summary>
    [JsonStringEnumMemberName("test")]
    Test,

    /// <summary>A gate that checks types.</summary>
    [JsonStringEnumMemberName("typecheck")]
    TypeCheck,

    /// <summary>Style and common mistakes.</summary>
    [JsonStringEnumMemberName("lint")]
    Lint,

    /// <summary>A gate that builds the project.</summary>
    [JsonStringEnumMemberName("build")]
    Build,

    /// <summary>Known vulnerabilities and leaked secrets.</summary>
    [JsonStringEnumMemberName("security")]
    Security,
}
