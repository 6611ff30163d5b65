using System.Text.Json.Serialization;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>conflicts --json</c>.</summary>
/// <param name="Count">Total number of conflicts.</param>
/// <param name="Truncated">True if more conflicts exist than are listed.</param>
/// <param name="Conflicts">Pairs of tasks that own the same paths.</param>
/// <param name="Warnings">Pairs of tasks of which one reads or adds to paths that the other owns.</param>
public sealed record ConflictsDocument(
    int Count,
    bool Truncated,
    IReadOnlyList<ConflictEntry> Conflicts,
    IReadOnlyList<ConflictEntry> Warnings
) : Document;

/// <summary>Two tasks that conflict.</summary>
public sealed record ConflictEntry(string Kind, string Path, IReadOnlyList<string> Tasks, MissingEdgeEntry MissingEdge, string Message);

/// <summary>Dependency that would order two conflicting tasks.</summary>
public sealed record MissingEdgeEntry(string Task, string DependsOn);

/// <summary>Output of <c>risk --json</c>.</summary>
/// <param name="Score">Sum of the factors' points.</param>
/// <param name="Level"><c>auto-approve</c>, <c>review-recommended</c> or <c>approval-required</c>.</param>
/// <param name="AutoApproveThreshold">Highest score that needs no approval.</param>
/// <param name="Factors">Factors that contribute points.</param>
/// <param name="Protected">Tasks that need approval regardless of the score.</param>
public sealed record RiskDocument(
    int Score,
    string Level,
    int AutoApproveThreshold,
    IReadOnlyList<RiskEntry> Factors,
    IReadOnlyList<ProtectedEntry> Protected
) : Document;

/// <summary>A factor of the risk score.</summary>
public sealed record RiskEntry(
    int Points,
    string Kind,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pattern,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Count
);

/// <summary>A task that owns a protected path, which always needs approval.</summary>
public sealed record ProtectedEntry(string Task, string Path, string Glob);

/// <summary>Output of <c>contracts --json</c>.</summary>
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

/// <summary>Output of <c>environment --json</c>.</summary>
/// <param name="Hash">Hash over all files.</param>
/// <param name="Files">Lock files and manifests, sorted by path.</param>
/// <param name="Matches">True if the hash equals that of <c>--verify</c>; absent without that option.</param>
public sealed record EnvironmentDocument(
    string Hash,
    IReadOnlyList<EnvironmentEntry> Files,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Matches
) : Document;

/// <summary>A file that the environment's hash covers.</summary>
public sealed record EnvironmentEntry(string Path, string Sha256);

/// <summary>Output of <c>context list --json</c> and <c>context get --json</c>.</summary>
public sealed record ContextDocument(IReadOnlyDictionary<string, string> Context) : Document;

/// <summary>Output of <c>prompt --json</c>.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Prompt">Prompt of the task's agent.</param>
public sealed record PromptDocument(string Task, string Prompt) : Document;

/// <summary>Output of <c>verify --json</c>.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Passed">True if all required gates passed.</param>
/// <param name="Gates">One entry per gate, in the order in which they ran.</param>
public sealed record VerifyDocument(string Task, bool Passed, IReadOnlyList<GateVerdict> Gates) : Document;
