using Orchestrator.Plans;

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

/// <summary>What a gate said, with its evidence.</summary>
public sealed record GateVerdict
{
    /// <summary>The gate.</summary>
    public required Gate Gate { get; init; }

    /// <summary>How it ended.</summary>
    public required GateResult Result { get; init; }

    /// <summary>Where a failure comes from. <see cref="GateFailure.Flaky"/> and <see cref="GateFailure.Contention"/> go with a gate that passed in the end.</summary>
    public GateFailure Failure { get; init; }

    /// <summary>True when the gate does not stand in the way: passed, skipped, or not required.</summary>
    public bool IsAcceptable => Result is GateResult.Passed or GateResult.Skipped || !Gate.Required;

    /// <summary>The command as it was run, with names filled in.</summary>
    public required string Command { get; init; }

    /// <summary>The command's exit code; null when it did not end by itself or did not run.</summary>
    public int? ExitCode { get; init; }

    /// <summary>What it could not have in its first run, by its own words.</summary>
    public GateContention Contention { get; init; }

    /// <summary>True where it failed beside another gate and this is what came of it alone.</summary>
    public bool RanAlone { get; init; }

    /// <summary>What helps where it could not have something, in sentences; else empty.</summary>
    public string Advice => Contention == GateContention.None ? ""
        : (!RanAlone ? "" : $"Beside another gate on this machine it failed; run again alone it {(Result == GateResult.Passed ? "passed" : "failed, too")}. ") + GateContentions.CureOf(Contention);

    /// <summary>How long the last run took, in awake time.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How often it was run: 0, 1, or 2 to tell chance from fault.</summary>
    public int Runs { get; init; }

    /// <summary>The file with everything it printed (cut in the middle if very long); null when it did not run.</summary>
    public string? EvidenceFile { get; init; }

    /// <summary>The end of what it printed, at most 8 KiB, or why it did not run.</summary>
    public string Tail { get; init; } = "";
}
