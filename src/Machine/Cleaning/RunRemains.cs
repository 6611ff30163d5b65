using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Machine.Cleaning;

/// <summary>The leftovers of an ended run: those that may be removed, because they are proven to be merged or superseded, and those that
/// stay.</summary>
/// <param name="Size">Of its folder.</param>
/// <param name="Kept">A sentence for each thing that stays; if there is one, the run's folder stays, too.</param>
public sealed record RunRemains(EndedRun Run, FolderSize Size, IReadOnlyList<string> Kept)
{
    /// <summary>Work that is on no branch of the user and goes all the same, because the user gives it up: each ref with its commit, each
    /// worktree and task.</summary>
    public IReadOnlyList<string> GivenUp { get; init; } = [];

    /// <summary>Everything of the run may be removed, with its folder and history.</summary>
    public bool IsWhole => Kept.Count == 0;

    /// <summary>Number of refs to remove.</summary>
    public int RefCount => Refs.Count;

    /// <summary>Number of worktrees to remove.</summary>
    public int WorktreeCount => Worktrees.Count;

    /// <summary>True if there is something to remove.</summary>
    public bool HasAny => IsWhole || Refs.Count + Worktrees.Count + Unfinished.Count > 0;

    internal IReadOnlyList<RefChange> Refs { get; init; } = [];

    internal IReadOnlyList<(Worktree Worktree, DeletionProofResult Proof)> Worktrees { get; init; } = [];

    /// <summary>Tasks whose saved work is merged.</summary>
    internal IReadOnlyList<string> Unfinished { get; init; } = [];
}
