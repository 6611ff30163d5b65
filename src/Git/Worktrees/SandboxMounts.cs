namespace Orchestrator.Git.Worktrees;

/// <summary>Which part of the repository's own folder somebody needs to change who only works in one worktree: objects, what git keeps for
/// that worktree (its index and head), and the folder of its branch with its log. All else there belongs to everybody.</summary>
/// <param name="ReadOnly">The repository's common folder.</param>
/// <param name="Writable">Folders in it that stay open.</param>
public sealed record SandboxMounts(string ReadOnly, IReadOnlyList<string> Writable)
{
    /// <summary>The fence around a worktree. The folders that git makes only when they are needed are made.</summary>
    /// <param name="branch">Its branch as a full ref name.</param>
    public static SandboxMounts Of(Worktree worktree, string branch)
    {
        var common = worktree.Repository.CommonDirectory;
        var folder = Path.GetDirectoryName(branch)!;
        string[] open =
        [
            Path.Combine(common, "objects"),
            worktree.AdminDirectory,
            Path.Combine(common, folder),
            Path.Combine(common, "logs", folder),
        ];
        foreach (var path in open)
        {
            Directory.CreateDirectory(path);
        }
        // Objects of LFS are objects, too; a worktree that somebody put in there stays one.
        var large = Path.Combine(common, "lfs");
        return new SandboxMounts(
            common,
            [.. open, .. Directory.Exists(large) ? (string[])[large] : [], .. IsIn(worktree.Path, common) ? (string[])[worktree.Path] : []]
        );
    }

    private static bool IsIn(string path, string folder) => path.StartsWith(folder + "/", StringComparison.Ordinal);
}
