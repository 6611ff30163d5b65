using Orchestrator.Machine.Cleaning;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>worktrees --json</c>.</summary>
/// <param name="Worktrees">Linked worktrees in git's order.</param>
public sealed record WorktreesDocument(IReadOnlyList<WorktreeEntry> Worktrees) : Document;
