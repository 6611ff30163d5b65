namespace Orchestrator.Plans;

/// <summary>Kind of check that a gate performs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateType>))]
public enum GateType
{
    /// <summary>Any other kind of check.</summary>
    [JsonStringEnumMemberName("custom")]
    Custom,

    /// <summary>Runs tests.</summary>
    [JsonStringEnumMemberName("test")]
    Test,

    /// <summary>Checks types.</summary>
    [JsonStringEnumMemberName("typecheck")]
    TypeCheck,

    /// <summary>Checks style and common mistakes.</summary>
    [JsonStringEnumMemberName("lint")]
    Lint,

    /// <summary>Builds the project.</summary>
    [JsonStringEnumMemberName("build")]
    Build,

    /// <summary>Checks for known vulnerabilities and leaked secrets.</summary>
    [JsonStringEnumMemberName("security")]
    Security,
}
