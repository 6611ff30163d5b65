namespace Orchestrator.Plans;

/// <summary>Result of running a gate.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateResult>))]
public enum GateResult
{
    /// <summary>The gate passed.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed,

    /// <summary>The gate was skipped because no file that it checks was changed.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,

    /// <summary>The gate failed.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>The gate exceeded its time limit.</summary>
    [JsonStringEnumMemberName("timedout")]
    TimedOut,

    /// <summary>The gate produced no result, because a program, a folder or enough memory was missing.</summary>
    [JsonStringEnumMemberName("couldnotrun")]
    CouldNotRun,
}

/// <summary>Cause of a gate's failure.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateFailure>))]
public enum GateFailure
{
    /// <summary>No failure.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>The work itself is wrong.</summary>
    [JsonStringEnumMemberName("logic")]
    Logic,

    /// <summary>The host lacks a program, disk space, memory or the network.</summary>
    [JsonStringEnumMemberName("environment")]
    Environment,

    /// <summary>The gate exceeded its time limit.</summary>
    [JsonStringEnumMemberName("timeout")]
    Timeout,

    /// <summary>The gate is flaky: it failed, and then passed on the same files.</summary>
    [JsonStringEnumMemberName("flaky")]
    Flaky,

    /// <summary>The gate failed while another gate used a shared resource, and passed when run alone.</summary>
    [JsonStringEnumMemberName("contention")]
    Contention,
}

/// <summary>Kind of resource that a gate could not acquire because the resource was in use, as determined from the gate's output.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateContendedResourceKind>))]
public enum GateContendedResourceKind
{
    /// <summary>No contention.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>A port was in use.</summary>
    [JsonStringEnumMemberName("port")]
    Port,

    /// <summary>A database, table or container was in use.</summary>
    [JsonStringEnumMemberName("database")]
    Database,

    /// <summary>A file or file lock was in use.</summary>
    [JsonStringEnumMemberName("file")]
    File,
}

/// <summary>Comparison of a gate's result with its result at the base commit.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateBaseCommitComparisonResult>))]
public enum GateBaseCommitComparisonResult
{
    /// <summary>The gate failed at the base commit and passes now.</summary>
    [JsonStringEnumMemberName("repaired")]
    Repaired,

    /// <summary>The gate fails in the same way as at the base commit, with no new failures of tests or lint rules.</summary>
    [JsonStringEnumMemberName("same")]
    Same,

    /// <summary>The gate fails in a different way than at the base commit.</summary>
    [JsonStringEnumMemberName("other")]
    Other,
}

/// <summary>Flakiness of a gate across all runs of a repository.</summary>
/// <param name="Flakes">Number of runs in which the gate failed and then passed on the same files.</param>
/// <param name="Runs">Number of recent runs that were inspected.</param>
public sealed record GateFlakinessStatistics(
    [property: JsonPropertyName("flakes")] int Flakes,
    [property: JsonPropertyName("runs")] int Runs
);

/// <summary>
/// Verdict of a gate. The same record, with the same JSON names, is used for runs, caches, histories, evidence, reports and <c>verify
/// --json</c>. It contains only data; <see cref="GateVerdictFormatter"/> formats it.
/// </summary>
public sealed record GateVerdict
{
    private const int LongestEnd = 400;

    /// <summary>Gate that the verdict belongs to.</summary>
    [JsonPropertyName("gate")]
    public required Gate Gate { get; init; }

    /// <summary>The gate's display name.</summary>
    [JsonPropertyName("name")]
    public string Name => Gate.Name;

    /// <summary>Place where the gate is defined, or null if unknown.</summary>
    [JsonPropertyName("source"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateDefinitionSourceKind? Source { get; init; }

    /// <summary>Command that was run, with placeholders replaced.</summary>
    [JsonPropertyName("command")]
    public required string Command { get; init; }

    /// <summary>Result of running the gate.</summary>
    [JsonPropertyName("result")]
    public required GateResult Result { get; init; }

    /// <summary>
    /// Cause of the failure. <see cref="GateFailure.Flaky"/> and <see cref="GateFailure.Contention"/> are also set if the gate passed in
    /// the end.
    /// </summary>
    [JsonPropertyName("failure")]
    public GateFailure Failure { get; init; }

    /// <summary>Exit code of the command, or null if it was killed or not run.</summary>
    [JsonPropertyName("exitCode")]
    public int? ExitCode { get; init; }

    /// <summary>
    /// Duration of the last run, excluding the time during which the host was asleep. Zero if the result came from the cache. The JSON
    /// value is in seconds.
    /// </summary>
    [JsonPropertyName("seconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Duration { get; init; }

    /// <summary>
    /// Number of times the gate was run. Range: 0 to 3. Repetitions of the gate, or of some of its tests, distinguish flaky results from
    /// real failures. </summary>
    [JsonPropertyName("runs")]
    public int Runs { get; init; }

    /// <summary>Number of tests that ran, or null if they could not be counted or the gate has no tests.</summary>
    [JsonPropertyName("tests")]
    public TestCount? Tests { get; init; }

    /// <summary>
    /// Outcome according to the gate's output, exit code and reports. Null for measurements, and for gates that did not run.
    /// </summary>
    [JsonPropertyName("kind"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateOutcomeKind? Kind { get; init; }

    /// <summary>
    /// Condition on the host that caused the outcome <see cref="GateOutcomeKind.Environment"/>. Null for other outcomes, or if the
    /// condition could not be identified.
    /// </summary>
    [JsonPropertyName("environment"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EnvironmentCause? Environment { get; init; }

    /// <summary>Test counts by result, or null if the tests could not be counted.</summary>
    [JsonPropertyName("counts"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestCounts? Counts { get; init; }

    /// <summary>Names of up to 200 failed tests as printed by the test runner, or null if it prints none.</summary>
    [JsonPropertyName("failedTests"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? FailedTests { get; init; }

    /// <summary>
    /// Names of tests that failed and passed on the same files, as printed by the test runner, or null if none are known.
    /// </summary>
    [JsonPropertyName("flakyTests"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? FlakyTests { get; init; }

    /// <summary>Output line that best explains the result, or null if the gate passed or no line explains it.</summary>
    [JsonPropertyName("decisive"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FailureExplainingLine? Decisive { get; init; }

    /// <summary>
    /// Failed tests or diagnostics, without line numbers and times so that the failures of two runs can be compared. Null if none are
    /// known.
    /// </summary>
    [JsonPropertyName("failures"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Failures { get; init; }

    /// <summary>
    /// Entries of <see cref="Failures"/> that did not occur at the base commit. Null if the gate passed there or the results can't be
    /// compared.
    /// </summary>
    [JsonPropertyName("newFailures"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? NewFailures { get; init; }

    /// <summary>
    /// Number that the measurement printed. Null if the command failed or printed no number, or if the gate is not a measurement.
    /// </summary>
    [JsonPropertyName("measured"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Measured { get; init; }

    /// <summary>Number that the agent claims to have measured, or null if it claimed none.</summary>
    [JsonPropertyName("claimed"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Claimed { get; init; }

    /// <summary>True if the result comes from an earlier run on the same files, so the gate was not run again.</summary>
    [JsonPropertyName("cached")]
    public bool Cached { get; init; }

    /// <summary>Id of the run that ran the gate; empty if a user ran it with <c>orchestrate verify</c>.</summary>
    [JsonPropertyName("run")]
    public string Run
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Time at which the gate ended, or null if it did not run.</summary>
    [JsonPropertyName("at")]
    public DateTimeOffset? At { get; init; }

    /// <summary>Kind of resource that the gate's first run could not acquire, according to its output.</summary>
    [JsonPropertyName("contention")]
    public GateContendedResourceKind Contention { get; init; }

    /// <summary>
    /// True if the gate failed while another gate was running, and this verdict is the result of running the gate again alone.
    /// </summary>
    [JsonPropertyName("ranAlone")]
    public bool RanAlone { get; init; }

    /// <summary>Flakiness of a gate that is too flaky to trust. Null if the flakiness is acceptable or unknown.</summary>
    [JsonPropertyName("chance"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateFlakinessStatistics? Chance { get; init; }

    /// <summary>
    /// True if the failure is ignored, because the gate is known to be flaky (<c>gates.quarantine</c>) or because every failed test is
    /// quarantined.
    /// </summary>
    [JsonPropertyName("quarantined")]
    public bool Quarantined { get; init; }

    /// <summary>
    /// Names of the failed tests, if all of them are quarantined (<see cref="TestQuarantine"/>). Null if the failure counts, or if the
    /// whole gate is quarantined.
    /// </summary>
    [JsonPropertyName("quarantinedTests"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? QuarantinedTests { get; init; }

    /// <summary>Comparison with the gate's result at the base commit. Null if the gate passed or was not run there.</summary>
    [JsonPropertyName("beforeWork"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateBaseCommitComparisonResult? BeforeWork { get; init; }

    /// <summary>
    /// True if the failure prevents a merge although the gate also failed at the base commit. This is the case if no other test proves that
    /// the work is correct and new failures can't be ruled out.
    /// </summary>
    [JsonPropertyName("decidesAnyway"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DecidesAnyway { get; init; }

    /// <summary>
    /// True if a later result can be checked for new failures, because some tests passed and the failed tests have names.
    /// </summary>
    [JsonIgnore]
    public bool CanBeCompared => Counts is { Passed: > 0 } && Failures is { Count: > 0 };

    /// <summary>Anomalies in the gate's result; empty if there are none.</summary>
    [JsonPropertyName("oddities")]
    public IReadOnlyList<GateAnomaly> Anomalies
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// Files that earlier gates left in the tree and that were removed before this gate ran. Set only if the gate failed; null if there
    /// were none.
    /// </summary>
    [JsonPropertyName("removedBefore"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AbridgedFileList? RemovedBefore { get; init; }

    /// <summary>
    /// Files that earlier gates left and that this gate could not access. Set only if the gate failed; null if there were none.
    /// </summary>
    [JsonPropertyName("startedWithout"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AbridgedFileList? StartedWithout { get; init; }

    /// <summary>True if the gate left untracked files that later gates may need.</summary>
    [JsonPropertyName("leavesFiles")]
    public bool LeavesFiles { get; init; }

    /// <summary>Sentence that explains why the gate was not allowed to run, or null if it was allowed.</summary>
    [JsonPropertyName("refusal"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Refusal { get; init; }

    /// <summary>
    /// Path of the file with the complete output, relative to the repository in stored records. Null if the gate was not run. The middle of
    /// very long output is omitted.
    /// </summary>
    [JsonPropertyName("evidence")]
    public string? EvidenceFile { get; init; }

    /// <summary>
    /// SHA-256 hash of <see cref="EvidenceFile"/>, computed when the gate ended, in hexadecimal digits. Empty if the file does not exist or
    /// was not hashed.
    /// </summary>
    [JsonPropertyName("evidenceHash")]
    public string EvidenceHash
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>End of the output, at most 8 KiB, or the reason why the gate was not run.</summary>
    [JsonPropertyName("output")]
    public string Tail
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>True if the gate passed or had nothing to check.</summary>
    [JsonIgnore]
    public bool Passed => Result is GateResult.Passed or GateResult.Skipped;

    /// <summary>True if the gate ran and passed, or if its failure is quarantined. False for skipped gates.</summary>
    [JsonIgnore]
    public bool Holds => Result == GateResult.Passed || Quarantined;

    /// <summary>True if the gate does not prevent a merge, because it passed, was skipped, is not required, or is quarantined.</summary>
    [JsonPropertyName("acceptable")]
    public bool IsAcceptable => Passed || !Gate.Required || Quarantined;

    /// <summary>
    /// Tracked files that a linter repaired before it exited successfully. The gate still counts as failed. Null if there are no such
    /// files.
    /// </summary>
    [JsonIgnore]
    public AbridgedFileList? Repaired =>
        this is { Result: GateResult.Failed, ExitCode: 0, Gate: { Type: GateType.Lint, Negate: false } } ? Rewritten : null;

    /// <summary>Tracked files that the gate changed and that were restored. Null if there are none.</summary>
    [JsonIgnore]
    public AbridgedFileList? Rewritten => Anomalies.FirstOrDefault(anomaly => anomaly.Kind == GateAnomalyKind.ChangedFiles)?.Files;

    /// <summary>
    /// True if the host, and not the work, caused the failure. If a program from the repository is missing, the work is at fault.
    /// </summary>
    [JsonIgnore]
    public bool BlamesMachine =>
        Refusal is not null
        || (
            Failure == GateFailure.Environment
            && !(
                Result == GateResult.CouldNotRun
                && Gate.Command.TrimStart().Split([' ', '\t'], 2)[0].Contains('/', StringComparison.Ordinal)
            )
        );

    /// <summary>
    /// True if the host's own records, and not only the gate's output, prove the cause of the failure. Known only to the process that ran
    /// the gate.
    /// </summary>
    [JsonIgnore]
    public bool IsProven { get; init; }

    /// <summary>
    /// Returns a copy with only the last 400 characters of output and without <see cref="Failures"/>, for stores with many verdicts.
    /// </summary>
    public GateVerdict Shortened() => this with { Tail = Tail.Length <= LongestEnd ? Tail : Tail[^LongestEnd..], Failures = null };

    /// <summary>
    /// Evaluates a measurement whose command has ended. It passes if the command succeeded and printed a number that meets the expectation.
    /// </summary>
    /// <param name="number">Number that was printed, or null if there was none.</param>
    public GateVerdict Compare(decimal? number) =>
        Result != GateResult.Passed ? this
        : number is { } measured && Gate.Expectation!.IsMetBy(measured) ? this with { Measured = measured }
        : this with { Measured = number, Result = GateResult.Failed, Failure = GateFailure.Logic };
}
