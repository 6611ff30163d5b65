using System.Text.Json.Serialization;
using Orchestrator.QualityGates.Counting;

namespace Orchestrator.QualityGates;

/// <summary>How a gate ended.</summary>
public enum GateResult
{
    /// <summary>It says the work is good.</summary>
    Passed,

    /// <summary>It asks for changed files, and none of that kind were changed.</summary>
    Skipped,

    /// <summary>It says the work is not good.</summary>
    Failed,

    /// <summary>It took longer than its limit.</summary>
    TimedOut,

    /// <summary>It said nothing about the work: a program, a folder or memory is missing.</summary>
    CouldNotRun,
}

/// <summary>Where a gate's failure comes from.</summary>
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

    /// <summary>Chance: it failed, and passed when run again on the same files.</summary>
    Flaky,

    /// <summary>Something that another gate had: it failed beside it, and passed alone.</summary>
    Contention,
}

/// <summary>Where a verdict comes from that was not made now.</summary>
/// <param name="Run">The run in which the gate ran; empty: a person ran it (<c>orchestrate verify</c>).</param>
/// <param name="At">When.</param>
public sealed record GateCacheHit(string Run, DateTimeOffset At)
{
    /// <summary>As people read it, after the gate's name and a colon.</summary>
    public override string ToString() =>
        $"taken from the cache: ran in {(Run.Length == 0 ? "'orchestrate verify'" : $"run {Run}")} at "
        + $"{At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC";
}

/// <summary>What a gate said, with its evidence.</summary>
public sealed record GateVerdict
{
    private const int MostWords = 300;

    /// <summary>The gate.</summary>
    public required Gate Gate { get; init; }

    /// <summary>How it ended.</summary>
    public required GateResult Result { get; init; }

    /// <summary>Where a failure comes from. <see cref="GateFailure.Flaky"/> and <see cref="GateFailure.Contention"/> go with a gate that
    /// passed in the end.</summary>
    public GateFailure Failure { get; init; }

    /// <summary>True when the gate does not stand in the way: passed, skipped, not required, or known to fail by chance.</summary>
    [JsonIgnore]
    public bool IsAcceptable => Passed || !Gate.Required || Quarantine is not null;

    /// <summary>Where it was made, if not now: then nothing ran. Null: it was made now.</summary>
    public GateCacheHit? Cached { get; init; }

    /// <summary>Why its failure stands in nobody's way: how often it fails by chance. Null: it counts.</summary>
    public string? Quarantine { get; init; }

    /// <summary>The command as it was run, with names filled in.</summary>
    public required string Command { get; init; }

    /// <summary>The command's exit code; null when it did not end by itself or did not run.</summary>
    public int? ExitCode { get; init; }

    /// <summary>What it could not have in its first run, by its own words.</summary>
    public GateContention Contention { get; init; }

    /// <summary>True where it failed beside another gate and this is what came of it alone.</summary>
    public bool RanAlone { get; init; }

    /// <summary>What helps where it could not have something, in sentences; else empty.</summary>
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

    /// <summary>How often it was run: 0, 1, or 2 to tell chance from fault.</summary>
    public int Runs { get; init; }

    /// <summary>The file with everything it printed (cut in the middle if very long); null when it did not run.</summary>
    public string? EvidenceFile { get; init; }

    /// <summary>The end of what it printed, at most 8 KiB, or why it did not run.</summary>
    public string Tail { get; set; } = "";

    /// <summary>How many tests ran; null where none could be counted, and of kinds of gates that run none.</summary>
    public TestCount? Tests { get; init; }

    /// <summary>The number that a measurement printed; null where it printed none or failed, and of other gates.</summary>
    public decimal? Measured { get; init; }

    /// <summary>What the agent says that it measured itself; null where it says nothing.</summary>
    public decimal? Claimed { get; init; }

    /// <summary>Of a measurement: expected, measured and claimed, in words.</summary>
    [JsonIgnore]
    public string Comparison =>
        $"expected {Gate.Expectation}; measured {Measured?.ToString(CultureInfo.InvariantCulture) ?? "nothing"}"
        + (Claimed is { } claimed ? $"; its agent said {claimed.ToString(CultureInfo.InvariantCulture)}" : "");

    /// <summary>The verdict of a measurement whose command has ended: it holds only where it succeeded, printed a number, and that
    /// fits.</summary>
    /// <param name="number">What it printed; null: no number.</param>
    internal GateVerdict Compare(decimal? number) =>
        Result != GateResult.Passed ? this
        : number is { } measured && Gate.Expectation!.IsMetBy(measured) ? this with { Measured = measured }
        : this with { Measured = number, Result = GateResult.Failed, Failure = GateFailure.Logic };

    /// <summary>What is strange about a green result beside the gate's own past or its own result files; null: nothing is.</summary>
    public string? Suspicion { get; init; }

    /// <summary>What it is beside its failure before any work was done; null: it was not red then.</summary>
    public string? BeforeWork { get; init; }

    /// <summary>Why it was not run at all, in a sentence; null where it was.</summary>
    public string? Refusal { get; init; }

    /// <summary>Whether it holds: it passed, or had nothing to look at.</summary>
    [JsonIgnore]
    public bool Passed => Result is GateResult.Passed or GateResult.Skipped;

    /// <summary>Whether the machine is to blame and not the work. A program of the repository itself that is missing is the work's
    /// fault.</summary>
    [JsonIgnore]
    public bool BlamesMachine =>
        Refusal is not null
        || (
            Failure == GateFailure.Environment && !Gate.Command.TrimStart().Split([' ', '\t'], 2)[0].Contains('/', StringComparison.Ordinal)
        );

    /// <summary>What happened, in a sentence, with what helps.</summary>
    [JsonIgnore]
    public string Summary => Advice.Length == 0 ? Event : $"{Event} {Advice}";

    /// <summary>That it failed, in a sentence, with what helps.</summary>
    [JsonIgnore]
    public string Complaint =>
        Gate.IsMeasurement
            ? $"Measurement failed: {Gate.Name}. {Summary}"
            : $"Gate failed: {Gate.Name}{(LastWords.Length == 0 ? "" : $" ({LastWords})")}.{(Advice.Length == 0 ? "" : " " + Advice)}";

    /// <summary>The last lines of what it printed, as one: why it failed, as a rule.</summary>
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
