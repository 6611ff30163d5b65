namespace Orchestrator.Git.Worktrees;

/// <summary>Pool of worktrees that are kept after use, because reusing a worktree is faster than writing all files again.</summary>
/// <param name="Folder">Separate folder on the same disk as the worktrees, for example <c>.worktrees/.pool</c>. This program may delete all
/// content of the folder.</param>
public sealed record WorktreePool(string Folder)
{
    /// <summary>Maximum number of pooled worktrees. Additional worktrees are removed.</summary>
    /// <value>Default: 8.</value>
    public int Capacity { get; init; } = 8;

    /// <summary>Patterns, as in <c>.gitignore</c>, of files that are retained in a pooled worktree (<c>worktrees.keep</c>), such as
    /// <c>/node_modules/</c>.</summary>
    public IReadOnlyList<string> Keep { get; init; } = [];

    /// <summary>
    /// Key of the retained files: the paths and blob ids of the lock files. Retained files are used again only if the pooled worktree was
    /// stored with the same key.
    /// </summary>
    public string KeepKey { get; init; } = string.Empty;
}
