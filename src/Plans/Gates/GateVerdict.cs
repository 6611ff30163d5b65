namespace Orchestrator.Plans;

/// <summary>How a gate's run ended.</summary>
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

    /// <summary>The gate gave no result, because a program, a folder or memory is missing.</summary>
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

    /// <summary>The gate is flaky because it failed, and then passed on the same files.</summary>
    [JsonStringEnumMemberName("flaky")]
    Flaky,

    /// <summary>The gate failed while another gate used a shared resource, and passed when run alone.</summary>
    [JsonStringEnumMemberName("contention")]
    Contention,
}

/// <summary>Resource that was in use, so that the gate could not acquire it. Determined from the gate's output.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateContention>))]
public enum GateContention
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
[JsonConverter(typeof(JsonStringEnumConverter<BaseComparison>))]
public enum BaseComparison
{
    /// <summary>The gate failed at the base commit and passes now.</summary>
    [JsonStringEnumMemberName("repaired")]
    Repaired,

    /// <summary>The gate fails in the same way, without new failures of tests or rules.</summary>
    [JsonStringEnumMemberName("same")]
    Same,

    /// <summary>The gate fails in a different way.</summary>
    [JsonStringEnumMemberName("other")]
    Other,
}

/// <summary>Flakiness of a gate across all runs of a repository.</summary>
/// <param name="Flakes">Number of runs in which the gate failed and then passed on the same files.</param>
/// <param name="Runs">Number of recent runs inspected.</param>
public sealed record GateFlakiness([property: JsonPropertyName("flakes")] int Flakes, [property: JsonPropertyName("runs")] int Runs);

/// <summary>The verdict of a gate. The same record, with the same JSON names, is used for runs, caches, histories, evidence, reports and
/// <c>verify --json</c>. Contains data only; <see cref="GateFormatter"/> formats it.</summary>
public sealed record GateVerdict
{
    private const int LongestEnd = 400;

    /// <summary>The gate.</summary>
    [JsonPropertyName("gate")]
    public required Gate Gate { get; init; }

    /// <summary>The gate's display name.</summary>
    [JsonPropertyName("name")]
    public string Name => Gate.Name;

    /// <summary>Source of the gate, or null if it was not determined.</summary>
    [JsonPropertyName("source"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateSource? Source { get; init; }

    /// <summary>The command that ran, with placeholders replaced.</summary>
    [JsonPropertyName("command")]
    public required string Command { get; init; }

    /// <summary>Result of the gate.</summary>
    [JsonPropertyName("result")]
    public required GateResult Result { get; init; }

    /// <summary>Cause of the failure. <see cref="GateFailure.Flaky"/> and <see cref="GateFailure.Contention"/> are set if the gate
    /// eventually passed.</summary>
    [JsonPropertyName("failure")]
    public GateFailure Failure { get; init; }

    /// <summary>The command's exit code, or null if the command was killed or did not run.</summary>
    [JsonPropertyName("exitCode")]
    public int? ExitCode { get; init; }

    /// <summary>Duration of the last run, in awake time, or zero if the result came from the cache. Seconds in JSON.</summary>
    [JsonPropertyName("seconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Duration { get; init; }

    /// <summary>Number of runs, from 0 to 3. Reruns of the gate, or of some of its tests, distinguish flaky results from real
    /// failures.</summary>
    [JsonPropertyName("runs")]
    public int Runs { get; init; }

    /// <summary>Number of tests that ran, or null if none could be counted or the gate has no tests.</summary>
    [JsonPropertyName("tests")]
    public TestCount? Tests { get; init; }

    /// <summary>Meaning of the run according to output, exit code and reports, or null for measurements and gates that did not
    /// run.</summary>
    [JsonPropertyName("kind"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateKind? Kind { get; init; }

    /// <summary>Resource that the host lacks, for <see cref="GateKind.Environment"/>, or null if no known resource fits.</summary>
    [JsonPropertyName("environment"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EnvironmentCause? Environment { get; init; }

    /// <summary>Test counts by result, or null if none could be counted.</summary>
    [JsonPropertyName("counts"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestCounts? Counts { get; init; }

    /// <summary>Names of at most 200 failed tests as the runner spells them, or null if it names none.</summary>
    [JsonPropertyName("failedTests"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? FailedTests { get; init; }

    /// <summary>Names of tests that failed and passed on the same files, as the runner spells them, or null if none are known.</summary>
    [JsonPropertyName("flakyTests"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? FlakyTests { get; init; }

    /// <summary>The output line that best explains the result, or null if the gate passed or no line does.</summary>
    [JsonPropertyName("decisive"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DecisiveLine? Decisive { get; init; }

    /// <summary>Failed tests or diagnostics without positions and times, so that two runs can be compared, or null if none are
    /// known.</summary>
    [JsonPropertyName("failures"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Failures { get; init; }

    /// <summary>The <see cref="Failures"/> that did not occur at the base commit, or null if the gate passed there or the results can't be
    /// compared.</summary>
    [JsonPropertyName("newFailures"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? NewFailures { get; init; }

    /// <summary>The number that the measurement printed, or null if it failed, printed none, or the gate is not a measurement.</summary>
    [JsonPropertyName("measured"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Measured { get; init; }

    /// <summary>The number that the agent claims to have measured, or null for none.</summary>
    [JsonPropertyName("claimed"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Claimed { get; init; }

    /// <summary>True if the result comes from an earlier run on the same files and the gate did not run now.</summary>
    [JsonPropertyName("cached")]
    public bool Cached { get; init; }

    /// <summary>Id of the run in which the gate ran, or empty if a user ran it (<c>orchestrate verify</c>).</summary>
    [JsonPropertyName("run")]
    public string Run
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Time at which the gate ended, or null if it did not run.</summary>
    [JsonPropertyName("at")]
    public DateTimeOffset? At { get; init; }

    /// <summary>The resource that the first run could not acquire, according to its output.</summary>
    [JsonPropertyName("contention")]
    public GateContention Contention { get; init; }

    /// <summary>True if the gate failed beside another gate and this is the result of rerunning it alone.</summary>
    [JsonPropertyName("ranAlone")]
    public bool RanAlone { get; init; }

    /// <summary>Flakiness of the gate if it is too high, or null if it is acceptable or unknown.</summary>
    [JsonPropertyName("chance"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateFlakiness? Chance { get; init; }

    /// <summary>True if the failure is ignored because the gate is known to be flaky (<c>gates.quarantine</c>), or because every failed
    /// test is in quarantine.</summary>
    [JsonPropertyName("quarantined")]
    public bool Quarantined { get; init; }

    /// <summary>The failed tests if each is in quarantine (<see cref="TestQuarantine"/>), or null if the failure counts or the whole gate
    /// is in quarantine.</summary>
    [JsonPropertyName("quarantinedTests"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? QuarantinedTests { get; init; }

    /// <summary>Comparison with the gate's failure at the base commit, or null if it passed or did not run there.</summary>
    [JsonPropertyName("beforeWork"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BaseComparison? BeforeWork { get; init; }

    /// <summary>True if the failure prevents a merge although the gate also failed at the base commit. Applies if no other test proves the
    /// work and new failures can't be ruled out.</summary>
    [JsonPropertyName("decidesAnyway"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DecidesAnyway { get; init; }

    /// <summary>True if a later result can be checked for new failures, because some tests passed and the failed ones are named.</summary>
    [JsonIgnore]
    public bool CanBeCompared => Counts is { Passed: > 0 } && Failures is { Count: > 0 };

    /// <summary>Anomalies in the result.</summary>
    [JsonPropertyName("oddities")]
    public IReadOnlyList<GateAnomaly> Anomalies
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>For a failure, files that earlier gates left in the tree and that were removed before this gate, or null for
    /// none.</summary>
    [JsonPropertyName("removedBefore"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NamedFiles? RemovedBefore { get; init; }

    /// <summary>For a failure, files that earlier gates left and that this gate could not access, or null for none.</summary>
    [JsonPropertyName("startedWithout"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NamedFiles? StartedWithout { get; init; }

    /// <summary>True if the gate left untracked files that later gates may need.</summary>
    [JsonPropertyName("leavesFiles")]
    public bool LeavesFiles { get; init; }

    /// <summary>A sentence that explains why the gate was refused without running, or null if it was not refused.</summary>
    [JsonPropertyName("refusal"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Refusal { get; init; }

    /// <summary>Path of the file with the complete output, relative to the repository in stored records, or null if the gate did not run.
    /// Very long output is cut in the middle.</summary>
    [JsonPropertyName("evidence")]
    public string? EvidenceFile { get; init; }

    /// <summary>SHA-256 of <see cref="EvidenceFile"/> at the end of the gate, in hexadecimal, or empty if it does not exist or was not
    /// hashed.</summary>
    [JsonPropertyName("evidenceHash")]
    public string EvidenceHash
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>The last 8 KiB of the output at most, or the reason the gate did not run.</summary>
    [JsonPropertyName("output")]
    public string Tail
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>True if the gate passed or had nothing to check.</summary>
    [JsonIgnore]
    public bool Passed => Result is GateResult.Passed or GateResult.Skipped;

    /// <summary>True if the gate ran and passed, or its failures are all in quarantine.</summary>
    [JsonIgnore]
    public bool Holds => Result == GateResult.Passed || Quarantined;

    /// <summary>True if the gate does not prevent a merge: it passed, was skipped, is not required, or is in quarantine.</summary>
    [JsonPropertyName("acceptable")]
    public bool IsAcceptable => Passed || !Gate.Required || Quarantined;

    /// <summary>Tracked files that a linter changed in order to succeed, which counts as a failure, or null for none.</summary>
    [JsonIgnore]
    public NamedFiles? Repaired =>
        this is { Result: GateResult.Failed, ExitCode: 0, Gate: { Type: GateType.Lint, Negate: false } } ? Rewritten : null;

    /// <summary>Tracked files that the gate changed and that were restored, or null for none.</summary>
    [JsonIgnore]
    public NamedFiles? Rewritten => Anomalies.FirstOrDefault(anomaly => anomaly.Kind == GateAnomalyKind.ChangedFiles)?.Files;

    /// <summary>True if the host is at fault rather than the work. A missing program from the repository is the work's fault.</summary>
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

    /// <summary>True if records of the host prove the fault, not only the output. Known only to the process that ran the gate.</summary>
    [JsonIgnore]
    public bool IsProven { get; init; }

    /// <summary>Returns the verdict with only the last 400 characters of output and without <see cref="Failures"/>, for stores of many
    /// verdicts.</summary>
    public GateVerdict Shortened() => this with { Tail = Tail.Length <= LongestEnd ? Tail : Tail[^LongestEnd..], Failures = null };

    /// <summary>Evaluates a measurement whose command has ended. It passes only if the command succeeded and printed a number that meets
    /// the
    /// expectation.</summary>
    /// <param name="number">The printed number, or null for none.</param>
    public GateVerdict Compare(decimal? number) =>
        Result != GateResult.Passed ? this
        : number is { } measured && Gate.Expectation!.IsMetBy(measured) ? this with { Measured = measured }
        : this with { Measured = number, Result = GateResult.Failed, Failure = GateFailure.Logic };
}
