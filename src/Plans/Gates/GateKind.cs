namespace Orchestrator.Plans;

/// <summary>Meaning of a gate's run, determined from its output, exit code and reports.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateKind>))]
public enum GateKind
{
    /// <summary>Tests or rules ran, and none failed.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed,

    /// <summary>A test or a rule failed.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Nothing failed, but no test ran.</summary>
    [JsonStringEnumMemberName("no-tests")]
    NoTests,

    /// <summary>No verdict about the code, because the host lacks a resource.</summary>
    [JsonStringEnumMemberName("environment")]
    Environment,

    /// <summary>The code has a syntax, type, link or import error.</summary>
    [JsonStringEnumMemberName("build-failed")]
    BuildFailed,

    /// <summary>The command or a settings file is invalid.</summary>
    [JsonStringEnumMemberName("configuration")]
    Configuration,
}

/// <summary>Resource that the host lacks.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EnvironmentCause>))]
public enum EnvironmentCause
{
    /// <summary>A program is missing.</summary>
    [JsonStringEnumMemberName("missing-program")]
    MissingProgram,

    /// <summary>A package that a manifest declares but that is not installed.</summary>
    [JsonStringEnumMemberName("missing-package")]
    MissingPackage,

    /// <summary>The network is not reachable.</summary>
    [JsonStringEnumMemberName("no-network")]
    NoNetwork,

    /// <summary>The file system is read-only.</summary>
    [JsonStringEnumMemberName("read-only")]
    ReadOnly,

    /// <summary>The disk is full.</summary>
    [JsonStringEnumMemberName("no-space")]
    NoSpace,

    /// <summary>The machine has too little memory.</summary>
    [JsonStringEnumMemberName("out-of-memory")]
    OutOfMemory,

    /// <summary>Permission to read, write or execute.</summary>
    [JsonStringEnumMemberName("permission")]
    Permission,

    /// <summary>A service, such as a database.</summary>
    [JsonStringEnumMemberName("missing-service")]
    MissingService,

    /// <summary>A suitable version of a tool.</summary>
    [JsonStringEnumMemberName("wrong-version")]
    WrongVersion,

    /// <summary>Time, because a limit was exceeded.</summary>
    [JsonStringEnumMemberName("time-out")]
    TimeOut,
}

/// <summary>Test counts of a gate by result, across all suites.</summary>
/// <param name="Passed">Number of passed tests, or null if the runner does not report it.</param>
/// <param name="Failed">Number of failed tests, or null if the runner does not report it.</param>
/// <param name="Skipped">Number of skipped tests, or null if the runner does not report it.</param>
/// <param name="Errors">Number of errors outside of tests, such as in fixtures, or null if the runner has no such count.</param>
public sealed record TestCounts(
    [property: JsonPropertyName("passed")] int? Passed,
    [property: JsonPropertyName("failed")] int? Failed,
    [property: JsonPropertyName("skipped")] int? Skipped,
    [property: JsonPropertyName("errors"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Errors = null
);

/// <summary>The first line of a gate's output that explains its result.</summary>
/// <param name="Line">Line number in the gate's log, starting at 1, or null if the line occurs only in a report.</param>
/// <param name="Text">Text of the line without colors.</param>
/// <param name="File">File with the failure, relative to the gate's directory, or null if not named.</param>
/// <param name="FileLine">Line in that file, starting at 1, or null if not named.</param>
public sealed record DecisiveLine(
    [property: JsonPropertyName("line")] int? Line,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("file")] string? File,
    [property: JsonPropertyName("fileLine")] int? FileLine
);
