using System.Text.Json.Serialization;
using Orchestrator.Plans;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>conflicts --json</c>.</summary>
/// <param name="Count">Number of conflicts.</param>
/// <param name="Truncated">There are more than are listed.</param>
/// <param name="Conflicts">Pairs of tasks that own the same.</param>
/// <param name="Warnings">Pairs of which one reads or adds to what the other owns.</param>
public sealed record ConflictsDocument(
    int Count,
    bool Truncated,
    IReadOnlyList<ConflictEntry> Conflicts,
    IReadOnlyList<ConflictEntry> Warnings
) : Document;

/// <summary>Two tasks in conflict.</summary>
public sealed record ConflictEntry(string Kind, string Path, IReadOnlyList<string> Tasks, MissingEdgeEntry MissingEdge, string Message);

/// <summary>The dependency that would order them.</summary>
public sealed record MissingEdgeEntry(string Task, string DependsOn);

/// <summary>Answer of <c>risk --json</c>.</summary>
/// <param name="Score">The sum of the factors' points.</param>
/// <param name="Level"><c>auto-approve</c>, <c>review-recommended</c> or <c>approval-required</c>.</param>
/// <param name="AutoApproveThreshold">Highest score that needs no approval.</param>
/// <param name="Factors">Where the points come from.</param>
/// <param name="Protected">What needs a person whatever the score.</param>
public sealed record RiskDocument(
    int Score,
    string Level,
    int AutoApproveThreshold,
    IReadOnlyList<RiskEntry> Factors,
    IReadOnlyList<ProtectedEntry> Protected
) : Document;

/// <summary>One reason for points.</summary>
public sealed record RiskEntry(
    int Points,
    string Kind,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pattern,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Count
);

/// <summary>A task that owns a path which always needs approval.</summary>
public sealed record ProtectedEntry(string Task, string Path, string Glob);

/// <summary>Answer of <c>contracts --json</c>.</summary>
public sealed record ContractsDocument(IReadOnlyList<ContractEntry> Contracts) : Document;

/// <summary>A contract as source code.</summary>
public sealed record ContractEntry(
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
/// <param name="Matches">Whether it equals the hash of <c>--verify</c>; absent without it.</param>
public sealed record EnvironmentDocument(
    string Hash,
    IReadOnlyList<EnvironmentEntry> Files,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Matches
) : Document;

/// <summary>A file the environment is made from.</summary>
public sealed record EnvironmentEntry(string Path, string Sha256);

/// <summary>Answer of <c>context list --json</c> and <c>context get --json</c>.</summary>
public sealed record ContextDocument(IReadOnlyDictionary<string, string> Context) : Document;

/// <summary>Answer of <c>prompt --json</c>.</summary>
/// <param name="Task">The task.</param>
/// <param name="Prompt">The prompt of its agent.</param>
public sealed record PromptDocument(string Task, string Prompt) : Document;

/// <summary>Answer of <c>verify --json</c>.</summary>
/// <param name="Task">The task.</param>
/// <param name="Passed">All required gates pass.</param>
/// <param name="Gates">One entry per gate in the order they ran.</param>
public sealed record VerifyDocument(string Task, bool Passed, IReadOnlyList<GateVerdict> Gates) : Document;
