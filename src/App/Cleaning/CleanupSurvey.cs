using Orchestrator.Git.Refs;

namespace Orchestrator.App.Cleaning;

/// <summary>Runs, refs, worktrees and caches that a search found and that can be removed now.</summary>
/// <param name="Runs">Leftovers of the selected runs.</param>
/// <param name="Spare">Pooled worktrees and copies of set-up results that exceed <c>worktrees.pool</c>.</param>
/// <param name="Orphans">Cache folders of repositories that no longer exist.</param>
public sealed record CleanupSurvey(
    IReadOnlyList<RunLeftovers> Runs,
    IReadOnlyList<string> Spare,
    IReadOnlyList<OrphanedCacheFolder> Orphans
)
{
    /// <summary>Names of hidden refs that belong to no run and whose commits are on the user's branches.</summary>
    public IReadOnlyList<string> StrayRefs => [.. Stray.Select(change => change.Name)];

    /// <summary>Folders with copies of git's configuration that are no longer used by any run.</summary>
    public IReadOnlyList<string> GitCopies { get; init; } = [];

    internal IReadOnlyList<RefChange> Stray { get; init; } = [];
}
