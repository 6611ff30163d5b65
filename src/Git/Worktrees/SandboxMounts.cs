namespace Orchestrator.Git.Worktrees;

/// <summary>The parts of the common directory that an agent in one worktree must be able to change: objects, the worktree's administration
/// (index and head), and the folder of its branch with its log. Everything else is shared with others.</summary>
/// <param name="ReadOnly">The repository's common folder.</param>
/// <param name="Writable">Folders in it that stay open.</param>
public sealed record SandboxMounts(string ReadOnly, IReadOnlyList<string> Writable)
{
    /// <summary>The mounts for a worktree. Missing folders that git creates on demand are created.</summary>
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
        // Objects of LFS are objects, too, unless a worktree was put there.
        var large = Path.Combine(common, "lfs");
        return new SandboxMounts(
            common,
            [.. open, .. Directory.Exists(large) ? (string[])[large] : [], .. IsIn(worktree.Path, common) ? (string[])[worktree.Path] : []]
        );
    }

    private static bool IsIn(string path, string folder) => path.StartsWith(folder + "/", StringComparison.Ordinal);
}
