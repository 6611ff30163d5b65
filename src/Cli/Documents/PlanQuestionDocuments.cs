using System.Text.Json.Serialization;

namespace Orchestrator.Cli.Documents;

/// <summary>Answer of <c>conflicts --json</c>.</summary>
/// <param name="Count">Number of conflicts.</param>
/// <param name="Truncated">There are more than are listed.</param>
/// <param name="Conflicts">Pairs of tasks that own the same.</param>
/// <param name="Warnings">Pairs of which one reads or adds to what the other owns.</param>
internal sealed record ConflictsDocument(
    int Count,
    bool Truncated,
    IReadOnlyList<ConflictEntry> Conflicts,
    IReadOnlyList<ConflictEntry> Warnings
) : Document;

/// <summary>Two tasks that meet.</summary>
internal sealed record ConflictEntry(string Kind, string Path, IReadOnlyList<string> Tasks, MissingEdgeEntry MissingEdge, string Message);

/// <summary>The dependency that would order them.</summary>
internal sealed record MissingEdgeEntry(string Task, string DependsOn);

/// <summary>Answer of <c>risk --json</c>.</summary>
/// <param name="Score">The sum of the factors' points.</param>
/// <param name="Level"><c>auto-approve</c>, <c>review-recommended</c> or <c>approval-required</c>.</param>
/// <param name="AutoApproveThreshold">Highest score that needs nobody.</param>
/// <param name="Factors">Where the points come from.</param>
/// <param name="Protected">What needs a person whatever the score.</param>
internal sealed record RiskDocument(
    int Score,
    string Level,
    int AutoApproveThreshold,
    IReadOnlyList<RiskEntry> Factors,
    IReadOnlyList<ProtectedEntry> Protected
) : Document;

/// <summary>One reason for points.</summary>
internal sealed record RiskEntry(
    int Points,
    string Kind,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pattern,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Count
);

/// <summary>A task that owns what always needs a person.</summary>
internal sealed record ProtectedEntry(string Task, string Path, string Glob);

/// <summary>Answer of <c>contracts --json</c>.</summary>
internal sealed record ContractsDocument(IReadOnlyList<ContractEntry> Contracts) : Document;

/// <summary>A contract as source code.</summary>
internal sealed record ContractEntry(
    string Name,
    string Version,
    string FilePath,
    string Language,
    string Stub,
    IReadOnlyList<string> Consumers
);

/// <summary>Answer of <c>environment --json</c>.</summary>
/// <param name="Hash">Over all files.</param>
/// <param name="Files">Lock and manifest files, sorted by path.</param>
/// <param name="Matches">Whether it is the hash of <c>--verify</c>; absent without it.</param>
internal sealed record EnvironmentDocument(
    string Hash,
    IReadOnlyList<EnvironmentEntry> Files,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Matches
) : Document;

/// <summary>A file the environment is made from.</summary>
internal sealed record EnvironmentEntry(string Path, string Sha256);

/// <summary>Answer of <c>context list --json</c> and <c>context get --json</c>.</summary>
internal sealed record ContextDocument(IReadOnlyDictionary<string, string> Context) : Document;

/// <summary>Answer of <c>prompt --json</c>.</summary>
/// <param name="Task">The task.</param>
/// <param name="Prompt">What its agent will be told.</param>
internal sealed record PromptDocument(string Task, string Prompt) : Document;

/// <summary>Answer of <c>verify --json</c>.</summary>
/// <param name="Task">The task.</param>
/// <param name="Passed">No required gate stands in the way.</param>
/// <param name="Gates">One entry per gate in the order they ran.</param>
internal sealed record VerifyDocument(string Task, bool Passed, IReadOnlyList<VerifyEntry> Gates) : Document;

/// <summary>A gate and what it said.</summary>
/// <param name="Name">The gate.</param>
/// <param name="Command">As it was run.</param>
/// <param name="Type">Kind of check.</param>
/// <param name="Required">Its failure counts.</param>
/// <param name="Result"><c>passed</c>, <c>skipped</c>, <c>failed</c>, <c>timedout</c> or <c>couldnotrun</c>.</param>
/// <param name="Failure"><c>none</c>, <c>logic</c>, <c>environment</c>, <c>timeout</c>, <c>flaky</c> or <c>contention</c>.</param>
/// <param name="ExitCode">Null where it did not end by itself.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Evidence">File with all it printed.</param>
/// <param name="Exclusive">Gates of this name run one at a time on the machine; null where it runs beside any other.</param>
/// <param name="Advice">What helps where it could not have a port, a database or a file; else empty.</param>
/// <param name="Source">Where it comes from: <c>task</c>, <c>configuration</c>, <c>found</c> or <c>contracts</c>.</param>
/// <param name="Cached">Where it ran before, with these files; null: it ran now.</param>
/// <param name="Quarantine">Why its failure does not count; null: it does.</param>
internal sealed record VerifyEntry(
    string Name,
    string Command,
    string Type,
    bool Required,
    string Result,
    string Failure,
    int? ExitCode,
    long Milliseconds,
    string? Evidence,
    string? Exclusive,
    string Advice,
    string Source,
    CachedEntry? Cached,
    string? Quarantine
)
{
    /// <summary>Tests that ran; null: they could not be counted.</summary>
    public int? Tests { get; init; }

    /// <summary>What is strange about a green result beside the gate's own past; null: nothing is.</summary>
    public string? Suspicion { get; init; }

    /// <summary>What a measurement's number has to be; null for a gate that does not measure.</summary>
    public string? Expected { get; init; }

    /// <summary>The number that it printed; null where it printed none, or does not measure.</summary>
    public decimal? Measured { get; init; }
}

/// <summary>Where a result comes from that was not made now.</summary>
/// <param name="Run">The run in which the gate ran; empty: another <c>verify</c>.</param>
/// <param name="At">When.</param>
internal sealed record CachedEntry(string Run, DateTimeOffset At);
