namespace Orchestrator.Plans;

/// <summary>The end of a gate.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateResult>))]
public enum GateResult
{
    /// <summary>The work is good.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed,

    /// <summary>The gate needs changed files, and none of that kind were changed.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,

    /// <summary>The work is not good.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>The gate took longer than its limit.</summary>
    [JsonStringEnumMemberName("timedout")]
    TimedOut,

    /// <summary>No result about the work: a program, a folder or memory is missing.</summary>
    [JsonStringEnumMemberName("couldnotrun")]
    CouldNotRun,
}

/// <summary>The cause of a gate's failure.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateFailure>))]
public enum GateFailure
{
    /// <summary>No failure.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>The work.</summary>
    [JsonStringEnumMemberName("logic")]
    Logic,

    /// <summary>The machine is to blame: a program, disk, memory or the network is missing.</summary>
    [JsonStringEnumMemberName("environment")]
    Environment,

    /// <summary>The time limit.</summary>
    [JsonStringEnumMemberName("timeout")]
    Timeout,

    /// <summary>Chance: it failed, and passed on the same files when run again.</summary>
    [JsonStringEnumMemberName("flaky")]
    Flaky,

    /// <summary>A resource that another gate had: it failed beside it, and passed alone.</summary>
    [JsonStringEnumMemberName("contention")]
    Contention,
}

/// <summary>The resource that a gate could not get because something else had it, by its output.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateContention>))]
public enum GateContention
{
    /// <summary>Nothing of the kind.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>A port.</summary>
    [JsonStringEnumMemberName("port")]
    Port,

    /// <summary>A database, a table or a container.</summary>
    [JsonStringEnumMemberName("database")]
    Database,

    /// <summary>A file, or a lock in one.</summary>
    [JsonStringEnumMemberName("file")]
    File,
}

/// <summary>A gate's result compared with its failure at the base commit.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BaseComparison>))]
public enum BaseComparison
{
    /// <summary>The gate failed there and passes now.</summary>
    [JsonStringEnumMemberName("repaired")]
    Repaired,

    /// <summary>The gate fails in the same way: in no test or rule in which it did not.</summary>
    [JsonStringEnumMemberName("same")]
    Same,

    /// <summary>The gate fails in another way.</summary>
    [JsonStringEnumMemberName("other")]
    Other,
}

/// <summary>The number of failures by chance of a gate, over all runs of a repository.</summary>
/// <param name="Flakes">Runs in which it failed and then passed on the same files.</param>
/// <param name="Runs">Its last runs.</param>
public sealed record GateChance([property: JsonPropertyName("flakes")] int Flakes, [property: JsonPropertyName("runs")] int Runs);

/// <summary>The record of a gate: the one record of it, from its run over caches, histories and evidence to reports and <c>verify
/// --json</c>, always with these names in JSON. Facts alone: <see cref="GateWords"/> puts them into words.</summary>
public sealed record GateVerdict
{
    private const int LongestEnd = 400;

    /// <summary>The gate.</summary>
    [JsonPropertyName("gate")]
    public required Gate Gate { get; init; }

    /// <summary>The gate's name for people.</summary>
    [JsonPropertyName("name")]
    public string Name => Gate.Name;

    /// <summary>The place where the gate comes from; null where that was not looked at.</summary>
    [JsonPropertyName("source"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateSource? Source { get; init; }

    /// <summary>The command as it was run, with placeholders filled in.</summary>
    [JsonPropertyName("command")]
    public required string Command { get; init; }

    /// <summary>The way in which the gate ended.</summary>
    [JsonPropertyName("result")]
    public required GateResult Result { get; init; }

    /// <summary>The cause of a failure. <see cref="GateFailure.Flaky"/> and <see cref="GateFailure.Contention"/> are set for a gate that
    /// passed in the end.</summary>
    [JsonPropertyName("failure")]
    public GateFailure Failure { get; init; }

    /// <summary>The command's exit code; null when it did not end by itself or did not run.</summary>
    [JsonPropertyName("exitCode")]
    public int? ExitCode { get; init; }

    /// <summary>The duration of the last run, in awake time; zero if the result was taken from the cache. In JSON seconds.</summary>
    [JsonPropertyName("seconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Duration { get; init; }

    /// <summary>The number of runs: 0, 1, or up to 3, of all of it or of some tests alone, to tell chance from fault.</summary>
    [JsonPropertyName("runs")]
    public int Runs { get; init; }

    /// <summary>The number of tests that ran; null if none could be counted, and for gates without tests.</summary>
    [JsonPropertyName("tests")]
    public TestCount? Tests { get; init; }

    /// <summary>The meaning of its run by output, exit code and reports; null where it did not run, and for measurements.</summary>
    [JsonPropertyName("kind"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateKind? Kind { get; init; }

    /// <summary>The resource that the machine lacks, for <see cref="GateKind.Environment"/>; null where no named one fits.</summary>
    [JsonPropertyName("environment"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EnvironmentCause? Environment { get; init; }

    /// <summary>Tests by result; null where none could be counted.</summary>
    [JsonPropertyName("counts"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestCounts? Counts { get; init; }

    /// <summary>Names of failed tests as the runner spells them, at most 200; null: it names none.</summary>
    [JsonPropertyName("failedTests"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? FailedTests { get; init; }

    /// <summary>Names of tests that failed and passed on the same files, as the runner spells them; null: none is known.</summary>
    [JsonPropertyName("flakyTests"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? FlakyTests { get; init; }

    /// <summary>The first line of its output that a reader needs; null: it passed, or no line is worth it.</summary>
    [JsonPropertyName("decisive"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DecisiveLine? Decisive { get; init; }

    /// <summary>The failed tests or diagnostics, without places and times, so that two runs can be compared; null: none is
    /// known.</summary>
    [JsonPropertyName("failures"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Failures { get; init; }

    /// <summary>The <see cref="Failures"/> that the base did not have; null: the base was not red, or nothing can be
    /// compared.</summary>
    [JsonPropertyName("newFailures"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? NewFailures { get; init; }

    /// <summary>The number that a measurement printed; null where there is none or it failed, and for other gates.</summary>
    [JsonPropertyName("measured"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Measured { get; init; }

    /// <summary>The number that the agent claims to have measured; null where there is none.</summary>
    [JsonPropertyName("claimed"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Claimed { get; init; }

    /// <summary>The result is of an earlier run on the same files: the gate did not run now.</summary>
    [JsonPropertyName("cached")]
    public bool Cached { get; init; }

    /// <summary>The run in which it ran; empty: a person ran it (<c>orchestrate verify</c>).</summary>
    [JsonPropertyName("run")]
    public string Run
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>When it had ended; null where it did not run.</summary>
    [JsonPropertyName("at")]
    public DateTimeOffset? At { get; init; }

    /// <summary>The resource that the first run could not acquire, according to its output.</summary>
    [JsonPropertyName("contention")]
    public GateContention Contention { get; init; }

    /// <summary>True where it failed beside another gate and this is the result of running alone.</summary>
    [JsonPropertyName("ranAlone")]
    public bool RanAlone { get; init; }

    /// <summary>The rate of failures by chance, if that is too high; null: it is not, or too little is known.</summary>
    [JsonPropertyName("chance"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateChance? Chance { get; init; }

    /// <summary>True if the gate's failure is ignored: it is known to fail by chance (<c>gates.quarantine</c>), or each test that failed
    /// is in quarantine.</summary>
    [JsonPropertyName("quarantined")]
    public bool Quarantined { get; init; }

    /// <summary>The failed tests, where each is in quarantine (<see cref="TestQuarantine"/>); null: the failure decides, or all of the
    /// gate is in quarantine.</summary>
    [JsonPropertyName("quarantinedTests"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? QuarantinedTests { get; init; }

    /// <summary>Comparison with its failure at the base commit; null: it passed there, or was not run.</summary>
    [JsonPropertyName("beforeWork"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BaseComparison? BeforeWork { get; init; }

    /// <summary>True if it prevents a merge although it failed at the base commit: no other test shows that the work is good, and it is
    /// not shown to fail in nothing new.</summary>
    [JsonPropertyName("decidesAnyway"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DecidesAnyway { get; init; }

    /// <summary>True if a later result can be shown to fail in nothing new: tests passed, and those that failed are named.</summary>
    [JsonIgnore]
    public bool CanBeCompared => Counts is { Passed: > 0 } && Failures is { Count: > 0 };

    /// <summary>The oddities of the result.</summary>
    [JsonPropertyName("oddities")]
    public IReadOnlyList<GateOddity> Oddities
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>For a failure: what earlier gates had left in its tree and was removed before it; null: nothing.</summary>
    [JsonPropertyName("removedBefore"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NamedFiles? RemovedBefore { get; init; }

    /// <summary>For a failure: files that earlier gates had left and that it did not see; null: none.</summary>
    [JsonPropertyName("startedWithout"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NamedFiles? StartedWithout { get; init; }

    /// <summary>True if the gate left files that git does not track, which later gates may need.</summary>
    [JsonPropertyName("leavesFiles")]
    public bool LeavesFiles { get; init; }

    /// <summary>Why it was not run at all, in a sentence; null where it was.</summary>
    [JsonPropertyName("refusal"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Refusal { get; init; }

    /// <summary>The file with all its output (cut in the middle if very long), relative to the repository in what a run stores; null when
    /// it did not run.</summary>
    [JsonPropertyName("evidence")]
    public string? EvidenceFile { get; init; }

    /// <summary>SHA-256 of that file when the gate had ended, in hexadecimal; empty: there was none, or it was not looked at.</summary>
    [JsonPropertyName("evidenceHash")]
    public string EvidenceHash
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>The end of its output, at most 8 KiB, or why it did not run.</summary>
    [JsonPropertyName("output")]
    public string Tail
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>True if it passed, or had nothing to check.</summary>
    [JsonIgnore]
    public bool Passed => Result is GateResult.Passed or GateResult.Skipped;

    /// <summary>True if it ran and passed, or failed in nothing but what is in quarantine.</summary>
    [JsonIgnore]
    public bool Holds => Result == GateResult.Passed || Quarantined;

    /// <summary>True when the gate does not prevent a merge: passed, skipped, not required, or known to be flaky.</summary>
    [JsonPropertyName("acceptable")]
    public bool IsAcceptable => Passed || !Gate.Required || Quarantined;

    /// <summary>Tracked files that a linter changed to succeed, which therefore counts as failed; null: none.</summary>
    [JsonIgnore]
    public NamedFiles? Repaired =>
        this is { Result: GateResult.Failed, ExitCode: 0, Gate: { Type: GateType.Lint, Negate: false } } ? Rewritten : null;

    /// <summary>Tracked files that the gate changed and that were put back; null: none.</summary>
    [JsonIgnore]
    public NamedFiles? Rewritten => Oddities.FirstOrDefault(oddity => oddity.Kind == GateOddityKind.ChangedFiles)?.Files;

    /// <summary>True if the machine is at fault, not the work. A missing program of the repository is the work's fault.</summary>
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

    /// <summary>True if records of the machine show the fault, and not the output alone; known only to the process that ran the
    /// gate.</summary>
    [JsonIgnore]
    public bool IsProven { get; init; }

    /// <summary>The verdict with the last words of its output alone, for where many are kept.</summary>
    public GateVerdict Shortened() => this with { Tail = Tail.Length <= LongestEnd ? Tail : Tail[^LongestEnd..], Failures = null };

    /// <summary>The result of a measurement whose command has ended: it passes only with success, a number, and a match with the
    /// expectation.</summary>
    /// <param name="number">What it printed; null: no number.</param>
    public GateVerdict Compare(decimal? number) =>
        Result != GateResult.Passed ? this
        : number is { } measured && Gate.Expectation!.IsMetBy(measured) ? this with { Measured = measured }
        : this with { Measured = number, Result = GateResult.Failed, Failure = GateFailure.Logic };
}
