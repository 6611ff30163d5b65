namespace Orchestrator.Plans;

/// <summary>The meaning of a gate's run, read from its output, its exit code and its reports.</summary>
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

    /// <summary>No verdict about the code: the machine lacks something.</summary>
    [JsonStringEnumMemberName("environment")]
    Environment,

    /// <summary>A syntax, type, link or import error of the code.</summary>
    [JsonStringEnumMemberName("build-failed")]
    BuildFailed,

    /// <summary>The command or a settings file is wrong.</summary>
    [JsonStringEnumMemberName("configuration")]
    Configuration,
}

/// <summary>The resource that the machine lacks.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EnvironmentCause>))]
public enum EnvironmentCause
{
    /// <summary>A program.</summary>
    [JsonStringEnumMemberName("missing-program")]
    MissingProgram,

    /// <summary>A package that a manifest names and that is not installed.</summary>
    [JsonStringEnumMemberName("missing-package")]
    MissingPackage,

    /// <summary>The network.</summary>
    [JsonStringEnumMemberName("no-network")]
    NoNetwork,

    /// <summary>A writable file system.</summary>
    [JsonStringEnumMemberName("read-only")]
    ReadOnly,

    /// <summary>Space on a disk.</summary>
    [JsonStringEnumMemberName("no-space")]
    NoSpace,

    /// <summary>Memory.</summary>
    [JsonStringEnumMemberName("out-of-memory")]
    OutOfMemory,

    /// <summary>The permission to read, write or execute.</summary>
    [JsonStringEnumMemberName("permission")]
    Permission,

    /// <summary>A service, such as a database.</summary>
    [JsonStringEnumMemberName("missing-service")]
    MissingService,

    /// <summary>Another version of a tool.</summary>
    [JsonStringEnumMemberName("wrong-version")]
    WrongVersion,

    /// <summary>Time.</summary>
    [JsonStringEnumMemberName("time-out")]
    TimeOut,
}

/// <summary>Tests of a gate by result, over all suites.</summary>
/// <param name="Passed">Passed tests; null where the runner does not state them.</param>
/// <param name="Failed">Failed tests; null where the runner does not state them.</param>
/// <param name="Skipped">Skipped tests; null where the runner does not state them.</param>
/// <param name="Errors">Errors outside of tests, such as in fixtures; null where the runner has no such count.</param>
public sealed record TestCounts(
    [property: JsonPropertyName("passed")] int? Passed,
    [property: JsonPropertyName("failed")] int? Failed,
    [property: JsonPropertyName("skipped")] int? Skipped,
    [property: JsonPropertyName("errors"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Errors = null
);

/// <summary>The first line that a reader of a gate's output needs.</summary>
/// <param name="Line">Its number in the gate's log, from 1; null: it stands in a report alone.</param>
/// <param name="Text">Its text without colors.</param>
/// <param name="File">The file in which the failure lies, relative to the gate's directory; null: not named.</param>
/// <param name="FileLine">The line of that file, from 1; null: not named.</param>
public sealed record DecisiveLine(
    [property: JsonPropertyName("line")] int? Line,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("file")] string? File,
    [property: JsonPropertyName("fileLine")] int? FileLine
);
