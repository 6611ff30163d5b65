namespace Orchestrator.Plans;

/// <summary>Outcome of a gate's run, determined from its output, exit code and reports.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateOutcomeKind>))]
public enum GateOutcomeKind
{
    /// <summary>The command succeeded, and its output and reports show no failure.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed,

    /// <summary>A test or a lint rule failed, or the command failed for an unknown reason.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Nothing failed, but no test ran.</summary>
    [JsonStringEnumMemberName("no-tests")]
    NoTests,

    /// <summary>The gate gives no information about the code, because the host lacks a resource.</summary>
    [JsonStringEnumMemberName("environment")]
    Environment,

    /// <summary>The code has a syntax, type, link or import error.</summary>
    [JsonStringEnumMemberName("build-failed")]
    BuildFailed,

    /// <summary>The command or a settings file is invalid.</summary>
    [JsonStringEnumMemberName("configuration")]
    Configuration,
}

/// <summary>Condition on the host that prevented a gate from producing a result.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EnvironmentCause>))]
public enum EnvironmentCause
{
    /// <summary>A program is missing.</summary>
    [JsonStringEnumMemberName("missing-program")]
    MissingProgram,

    /// <summary>A package is declared in a manifest but not installed.</summary>
    [JsonStringEnumMemberName("missing-package")]
    MissingPackage,

    /// <summary>The network can't be reached.</summary>
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

    /// <summary>A file can't be read, written or executed because of missing permissions.</summary>
    [JsonStringEnumMemberName("permission")]
    Permission,

    /// <summary>A service, such as a database, is missing.</summary>
    [JsonStringEnumMemberName("missing-service")]
    MissingService,

    /// <summary>A suitable version of a tool is missing.</summary>
    [JsonStringEnumMemberName("wrong-version")]
    WrongVersion,

    /// <summary>The gate exceeded a time limit.</summary>
    [JsonStringEnumMemberName("time-out")]
    TimeOut,
}

/// <summary>Test counts of a gate, by test result, summed over all test suites.</summary>
/// <param name="Passed">Number of passed tests, or null if the runner does not report it.</param>
/// <param name="Failed">Number of failed tests, or null if the runner does not report it.</param>
/// <param name="Skipped">Number of skipped tests, or null if the runner does not report it.</param>
/// <param name="Errors">Number of errors outside of tests, such as in fixtures, or null if the runner does not count them.</param>
public sealed record TestCounts(
    [property: JsonPropertyName("passed")] int? Passed,
    [property: JsonPropertyName("failed")] int? Failed,
    [property: JsonPropertyName("skipped")] int? Skipped,
    [property: JsonPropertyName("errors"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Errors = null
);

/// <summary>The first line of a gate's output that explains its result.</summary>
/// <param name="Line">Line number in the gate's log, starting at 1, or null if the line occurs only in a report.</param>
/// <param name="Text">Text of the line without colors.</param>
/// <param name="File">File that contains the failure, relative to the gate's directory, or null if the line names none.</param>
/// <param name="FileLine">Line number in that file, starting at 1, or null if the line names none.</param>
public sealed record FailureExplainingLine(
    [property: JsonPropertyName("line")] int? Line,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("file")] string? File,
    [property: JsonPropertyName("fileLine")] int? FileLine
);
