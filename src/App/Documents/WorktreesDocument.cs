using Orchestrator.Machine.Cleaning;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>worktrees --json</c>.</summary>
/// <param name="Worktrees">The linked worktrees, in git's order.</param>
public sealed record WorktreesDocument(IReadOnlyList<WorktreeEntry> Worktrees) : Document;
