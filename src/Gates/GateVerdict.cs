using System.Text.Json.Serialization;
using Orchestrator.Gates.Counting;

namespace Orchestrator.Gates;

/// <summary>How a gate ended.</summary>
public enum GateResult
{
    /// <summary>The work is good.</summary>
    Passed,

    /// <summary>It needs changed files, and none of that kind were changed.</summary>
    Skipped,

    /// <summary>The work is not good.</summary>
    Failed,

    /// <summary>It took longer than its limit.</summary>
    TimedOut,

    /// <summary>No result about the work: a program, a folder or memory is missing.</summary>
    CouldNotRun,
}

/// <summary>The cause of a gate's failure.</summary>
public enum GateFailure
{
    /// <summary>No failure.</summary>
    None,

    /// <summary>The work.</summary>
    Logic,

    /// <summary>This machine: a program, disk, memory or the network is missing.</summary>
    Environment,

    /// <summary>The time limit.</summary>
    Timeout,

    /// <summary>Chance: it failed, and passed on the same files when run again.</summary>
    Flaky,

    /// <summary>A resource that another gate had: it failed beside it, and passed alone.</summary>
    Contention,
}

/// <summary>Source of a cached result.</summary>
/// <param name="Run">The run in which the gate ran; empty: a person ran it (<c>orchestrate verify</c>).</param>
/// <param name="At">When.</param>
public sealed record GateCacheHit(string Run, DateTimeOffset At)
{
    /// <summary>As people read it, after the gate's name and a colon.</summary>
    public override string ToString() =>
        $"taken from the cache: ran in {(Run.Length == 0 ? "'orchestrate verify'" : $"run {Run}")} at "
        + $"{At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC";
}

/// <summary>Result of a gate, with its evidence.</summary>
public sealed record GateVerdict
{
    private const int MostWords = 300;
    private const int LongestName = 60;

    /// <summary>The gate.</summary>
    public required Gate Gate { get; init; }

    /// <summary>How it ended.</summary>
    public required GateResult Result { get; init; }

    /// <summary>The cause of a failure. <see cref="GateFailure.Flaky"/> and <see cref="GateFailure.Contention"/> are set for a gate that
    /// passed in the end.</summary>
    public GateFailure Failure { get; init; }

    /// <summary>True when the gate does not prevent a merge: passed, skipped, not required, or known to be flaky.</summary>
    [JsonIgnore]
    public bool IsAcceptable => Passed || !Gate.Required || Quarantine is not null;

    /// <summary>Source of a cached result: the gate did not run. Null: it ran.</summary>
    public GateCacheHit? Cached { get; init; }

    /// <summary>Why its failure is ignored: how often it fails by chance. Null: it counts.</summary>
    public string? Quarantine { get; init; }

    /// <summary>The command as it was run, with placeholders filled in.</summary>
    public required string Command { get; init; }

    /// <summary>The command's exit code; null when it did not end by itself or did not run.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The resource that the first run could not acquire, according to its output.</summary>
    public GateContention Contention { get; init; }

    /// <summary>True where it failed beside another gate and this is the result of running alone.</summary>
    public bool RanAlone { get; init; }

    /// <summary>The cure where it could not acquire a resource, in sentences; else empty.</summary>
    [JsonIgnore]
    public string Advice =>
        Contention == GateContention.None
            ? ""
            : (
                !RanAlone
                    ? ""
                    : "Beside another gate on this machine it failed; run again alone it "
                        + $"{(Result == GateResult.Passed ? "passed" : "failed, too")}. "
            ) + GateContentions.CureOf(Contention);

    /// <summary>How long the last run took, in awake time.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How often it was run: 0, 1, or 2 to detect flakiness.</summary>
    public int Runs { get; init; }

    /// <summary>The file with all its output (cut in the middle if very long); null when it did not run.</summary>
    public string? EvidenceFile { get; init; }

    /// <summary>The end of its output, at most 8 KiB, or why it did not run.</summary>
    public string Tail { get; set; } = "";

    /// <summary>How many tests ran; null where none could be counted, and for gates without tests.</summary>
    public TestCount? Tests { get; init; }

    /// <summary>The number that a measurement printed; null where there is none or it failed, and for other gates.</summary>
    public decimal? Measured { get; init; }

    /// <summary>The number that the agent claims to have measured; null where there is none.</summary>
    public decimal? Claimed { get; init; }

    /// <summary>For a measurement: expected, measured and claimed number as text.</summary>
    [JsonIgnore]
    public string Comparison =>
        $"expected {Gate.Expectation}; measured {Measured?.ToString(CultureInfo.InvariantCulture) ?? "nothing"}"
        + (Claimed is { } claimed ? $"; its agent said {claimed.ToString(CultureInfo.InvariantCulture)}" : "");

    /// <summary>The result of a measurement whose command has ended: it passes only with success, a number, and a match with the
    /// expectation.</summary>
    /// <param name="number">What it printed; null: no number.</param>
    internal GateVerdict Compare(decimal? number) =>
        Result != GateResult.Passed ? this
        : number is { } measured && Gate.Expectation!.IsMetBy(measured) ? this with { Measured = measured }
        : this with { Measured = number, Result = GateResult.Failed, Failure = GateFailure.Logic };

    /// <summary>Why a passing result looks unusual compared with earlier runs or its result files; null: it does not.</summary>
    public string? Suspicion { get; init; }

    /// <summary>Comparison with the failure at the base commit; null: it passed there.</summary>
    public string? BeforeWork { get; init; }

    /// <summary>Why it was not run at all, in a sentence; null where it was.</summary>
    public string? Refusal { get; init; }

    /// <summary>Whether it passed, or had nothing to check.</summary>
    [JsonIgnore]
    public bool Passed => Result is GateResult.Passed or GateResult.Skipped;

    /// <summary>Whether the machine is at fault, not the work. A missing program of the repository is the work's fault.</summary>
    [JsonIgnore]
    public bool BlamesMachine =>
        Refusal is not null
        || (
            Failure == GateFailure.Environment && !Gate.Command.TrimStart().Split([' ', '\t'], 2)[0].Contains('/', StringComparison.Ordinal)
        );

    /// <summary>What happened and the cure, in a sentence.</summary>
    [JsonIgnore]
    public string Summary => Advice.Length == 0 ? Event : $"{Event} {Advice}";

    /// <summary>The failure and the cure, in a sentence.</summary>
    [JsonIgnore]
    public string Complaint =>
        Gate.IsMeasurement
            ? $"Measurement failed: {Gate.Name}. {Summary}"
            : $"{(Evidence.Length == 0 ? "Gate failed: " + Gate.Name : $"{Evidence} (Gate failed: {Short(Gate.Name)})")}."
                + (Advice.Length == 0 ? "" : " " + Advice);

    /// <summary>What shows the failure best, in a line: what was expected and what came, else an error, else the last words.</summary>
    [JsonIgnore]
    public string Evidence => FailingLine ?? LastWords;

    /// <summary>The line of its output that shows the failure; null: none does.</summary>
    [JsonIgnore]
    public string? FailingLine => FailureLine.In(Tail);

    /// <summary>The last lines of its output as one, which usually name the cause.</summary>
    [JsonIgnore]
    public string LastWords
    {
        get
        {
            var lines = Tail.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).TakeLast(3);
            var words = string.Join(" / ", lines);
            return words.Length <= MostWords ? words : "…" + words[^MostWords..];
        }
    }

    // A gate without a name of its own is called as its command.
    private static string Short(string name) => name.Length <= LongestName ? name : name[..LongestName] + "…";

    private string Event =>
        Result switch
        {
            _ when Refusal is not null => Refusal,
            GateResult.Passed => Failure == GateFailure.Flaky ? "It failed, and passed when run again on the same files." : "It passed.",
            GateResult.Skipped => Tail,
            GateResult.TimedOut => $"It took longer than {Gate.Limit.TotalSeconds:0} s and was stopped.",
            GateResult.Failed when Measured is not null => $"Missed: {Comparison}.",
            GateResult.Failed when Gate.IsMeasurement && ExitCode == 0 =>
                $"It printed no number on the last line of its output{(LastWords.Length == 0 ? "" : $" ({LastWords})")}: {Comparison}.",
            GateResult.CouldNotRun => $"The gate '{Gate.Name}' could not run: "
                + $"{(ExitCode is { } code ? $"exit code {code}. " : "")}{LastWords}{(LastWords.Length == 0 ? "" : ".")}",
            _ => $"The {(Gate.IsMeasurement ? "measurement" : "gate")} '{Gate.Name}' ended with exit code "
                + $"{ExitCode}{(Gate.Negate ? ", but has to fail" : "")}{(LastWords.Length == 0 ? "" : $": {LastWords}")}.",
        };
}
