using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.App.Cleaning;

/// <summary>
/// Leftovers of an ended run, some of which can be removed and some of which must remain. Unless the user discards the work, the content of
/// removable items was verified to be merged or superseded.
/// </summary>
/// <param name="Size">Size of the run's folder.</param>
/// <param name="Kept">Sentence for each item that must remain. If there is any, the run's folder also remains.</param>
public sealed record RunLeftovers(EndedRun Run, FolderSize Size, IReadOnlyList<string> Kept)
{
    /// <summary>
    /// Refs (with their commits), worktrees and tasks whose work is on none of the user's branches. They are removed because the user
    /// discards the work.
    /// </summary>
    public IReadOnlyList<string> GivenUp { get; init; } = [];

    /// <summary>True if all leftovers of the run may be removed, including its folder and history.</summary>
    public bool IsWhole => Kept.Count == 0;

    /// <summary>Number of refs to remove.</summary>
    public int RefCount => Refs.Count;

    /// <summary>Number of worktrees to remove.</summary>
    public int WorktreeCount => Worktrees.Count;

    /// <summary>True if the run has removable leftovers.</summary>
    public bool HasAny => IsWhole || Refs.Count + Worktrees.Count + Unfinished.Count > 0;

    internal IReadOnlyList<RefChange> Refs { get; init; } = [];

    internal IReadOnlyList<(Worktree Worktree, WorkDeletionSafetyCheckResult Proof)> Worktrees { get; init; } = [];

    /// <summary>Tasks whose saved unfinished work may be removed.</summary>
    internal IReadOnlyList<string> Unfinished { get; init; } = [];
}
