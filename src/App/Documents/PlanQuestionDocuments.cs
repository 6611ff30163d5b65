using System.Text.Json.Serialization;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>validate --view conflicts --json</c>.</summary>
/// <param name="Count">Total number of conflicts.</param>
/// <param name="Truncated">True if there are more conflicts than the document lists.</param>
/// <param name="Conflicts">Pairs of tasks that own the same paths.</param>
/// <param name="Warnings">Pairs of tasks of which one reads, or appends to, a file that the other owns.</param>
public sealed record ConflictsDocument(
    int Count,
    bool Truncated,
    IReadOnlyList<ConflictEntry> Conflicts,
    IReadOnlyList<ConflictEntry> Warnings
) : SchemaVersionedDocument;

/// <summary>Two tasks that own the same path, with the dependency that would order them.</summary>
public sealed record ConflictEntry(string Kind, string Path, IReadOnlyList<string> Tasks, MissingEdgeEntry MissingEdge, string Message);

/// <summary>A dependency that would order two conflicting tasks.</summary>
public sealed record MissingEdgeEntry(string Task, string DependsOn);

/// <summary>Output of <c>validate --view risk --json</c>.</summary>
/// <param name="Score">Sum of the points of all factors.</param>
/// <param name="Level">Required approval, which is <c>auto-approve</c>, <c>review-recommended</c> or <c>approval-required</c>.</param>
/// <param name="AutoApproveThreshold">Highest score that requires no approval.</param>
/// <param name="Factors">Factors that contribute points to the score.</param>
/// <param name="Protected">Tasks that require approval regardless of the score.</param>
public sealed record RiskDocument(
    int Score,
    string Level,
    int AutoApproveThreshold,
    IReadOnlyList<RiskFactorEntry> Factors,
    IReadOnlyList<ProtectedTaskEntry> Protected
) : SchemaVersionedDocument;

/// <summary>A factor of the risk score.</summary>
public sealed record RiskFactorEntry(
    int Points,
    string Kind,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pattern,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Count
);

/// <summary>A task that owns a protected path and therefore always requires approval.</summary>
public sealed record ProtectedTaskEntry(string Task, string Path, string Glob);

/// <summary>Output of <c>contracts --json</c>.</summary>
public sealed record ContractsDocument(IReadOnlyList<ContractEntry> Contracts) : SchemaVersionedDocument;

/// <summary>An interface that several tasks share (a contract), as source code.</summary>
public sealed record ContractEntry(
    string Name,
    string Version,
    string FilePath,
    string Language,
    string Stub,
    IReadOnlyList<string> Consumers
);

/// <summary>Output of <c>environment --json</c>.</summary>
/// <param name="Hash">Hash of the content of all files.</param>
/// <param name="Files">Lock files and manifests, sorted by path.</param>
/// <param name="Matches">True if the hash equals the argument of <c>--verify</c>. Absent without this option.</param>
public sealed record LockFilesDocument(
    string Hash,
    IReadOnlyList<EnvironmentEntry> Files,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Matches
) : SchemaVersionedDocument;

/// <summary>A lock file or manifest that is included in the environment's hash.</summary>
public sealed record EnvironmentEntry(string Path, string Sha256);

/// <summary>Output of <c>context list --json</c> and <c>context get --json</c>.</summary>
public sealed record ContextDocument(IReadOnlyDictionary<string, string> Context) : SchemaVersionedDocument;

/// <summary>Output of <c>prompt --json</c>.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Prompt">The complete prompt for the task's agent.</param>
public sealed record PromptDocument(string Task, string Prompt) : SchemaVersionedDocument;

/// <summary>Output of <c>verify --json</c>.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Passed">True if all required gates passed.</param>
/// <param name="Gates">One entry per gate, in the order of execution.</param>
public sealed record VerifyDocument(string Task, bool Passed, IReadOnlyList<GateVerdict> Gates) : SchemaVersionedDocument;
