using Orchestrator.App.Cleaning;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>worktrees --json</c>.</summary>
/// <param name="Worktrees">Linked worktrees, in the order in which git lists them.</param>
public sealed record WorktreesDocument(IReadOnlyList<WorktreeEntry> Worktrees) : SchemaVersionedDocument;
