using Orchestrator.Git.Refs;

namespace Orchestrator.Machine.Cleaning;

/// <summary>The files, refs and worktrees that may be removed now.</summary>
/// <param name="Runs">Remains of the chosen runs.</param>
/// <param name="Spare">Worktrees, and copies of what set-up made, beyond <c>worktrees.pool</c>.</param>
/// <param name="Orphans">Cache folders of repositories that are gone.</param>
public sealed record CleanupSurvey(IReadOnlyList<RunRemains> Runs, IReadOnlyList<string> Spare, IReadOnlyList<OrphanedCache> Orphans)
{
    /// <summary>Names of hidden refs that belong to no run, and whose commits are on the person's branches.</summary>
    public IReadOnlyList<string> StrayRefs => [.. Stray.Select(change => change.Name)];

    /// <summary>Folders with copies of git's configuration that no run goes by any more.</summary>
    public IReadOnlyList<string> GitCopies { get; init; } = [];

    internal IReadOnlyList<RefChange> Stray { get; init; } = [];
}
