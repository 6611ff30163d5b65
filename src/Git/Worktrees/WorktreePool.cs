namespace Orchestrator.Git.Worktrees;

/// <summary>The pool of used worktrees, which saves writing all files again.</summary>
/// <param name="Folder">A separate folder on the same disk as the worktrees, for example <c>.worktrees/.pool</c>; everything in it is ours
/// to delete.</param>
public sealed record WorktreePool(string Folder)
{
    /// <summary>Maximum size; a further worktree is removed.</summary>
    /// <value>Default: 8.</value>
    public int Capacity { get; init; } = 8;

    /// <summary>Patterns as in <c>.gitignore</c> of files that are not cleaned (<c>worktrees.keep</c>), such as
    /// <c>/node_modules/</c>.</summary>
    public IReadOnlyList<string> Keep { get; init; } = [];

    /// <summary>Key of the kept files: a hash of the lock files. With another key nothing is kept.</summary>
    public string KeepKey { get; init; } = string.Empty;
}
