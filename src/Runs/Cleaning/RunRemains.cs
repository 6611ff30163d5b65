using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Cleaning;

/// <summary>What is left of a run that has ended: what may go, because it is proven to be merged or superseded, and what stays.</summary>
/// <param name="Size">Of its folder.</param>
/// <param name="Kept">A sentence for each thing that stays; as long as there is one the run's folder stays with it.</param>
public sealed record RunRemains(EndedRun Run, FolderSize Size, IReadOnlyList<string> Kept)
{
    /// <summary>Everything of the run may go, its folder and its history too.</summary>
    public bool IsWhole => Kept.Count == 0;

    /// <summary>How many refs go.</summary>
    public int RefCount => Refs.Count;

    /// <summary>How many worktrees go.</summary>
    public int WorktreeCount => Worktrees.Count;

    /// <summary>There is something to remove.</summary>
    public bool HasAny => IsWhole || Refs.Count + Worktrees.Count + Unfinished.Count > 0;

    internal IReadOnlyList<RefChange> Refs { get; init; } = [];

    internal IReadOnlyList<(Worktree Worktree, DeletionProofResult Proof)> Worktrees { get; init; } = [];

    /// <summary>Tasks whose saved work is merged.</summary>
    internal IReadOnlyList<string> Unfinished { get; init; } = [];
}
