namespace Orchestrator.Git.Worktrees;

/// <summary>Pool of used worktrees. Reusing a worktree avoids writing all files again.</summary>
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

    /// <summary>Key of the retained files, which is a hash of the lock files. If the keys differ, no files are retained.</summary>
    public string KeepKey { get; init; } = string.Empty;
}
