namespace Orchestrator.Git.Worktrees;

/// <summary>Where used worktrees wait to be used again, which saves writing all files once more.</summary>
/// <param name="Folder">A folder of its own on the same disk as the worktrees, for example <c>.worktrees/.pool</c>; everything in it is
/// ours to delete.</param>
public sealed record WorktreePool(string Folder)
{
    /// <summary>How many wait at most; one more is removed.</summary>
    /// <value>Default: 8.</value>
    public int Capacity { get; init; } = 8;

    /// <summary>Patterns as in <c>.gitignore</c> of what is not cleaned away (<c>worktrees.keep</c>), such as
    /// <c>/node_modules/</c>.</summary>
    public IReadOnlyList<string> Keep { get; init; } = [];

    /// <summary>What the kept files depend on: a hash of the lock files. Another key: nothing is kept.</summary>
    public string KeepKey { get; init; } = string.Empty;
}
