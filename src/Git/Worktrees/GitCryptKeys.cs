namespace Orchestrator.Git.Worktrees;

/// <summary>Keys of git-crypt, which encrypts files by a filter. It keeps them in the git directory, and looks for them in the directory
/// of a linked worktree, where they never are: without a link there git can't check out or add one file.</summary>
internal static class GitCryptKeys
{
    /// <summary>Name of the keys' folder in the repository's common folder.</summary>
    public const string FolderName = "git-crypt";

    /// <summary>True for a filter of git-crypt: <c>git-crypt</c>, or with the name of a key.</summary>
    public static bool IsFilter(string filter) => filter == FolderName || filter.StartsWith(FolderName + "-", StringComparison.Ordinal);

    /// <summary>True if the repository is unlocked for a filter.</summary>
    public static bool Has(GitRepository repository, string filter)
    {
        var key = filter == FolderName ? "default" : filter[(FolderName.Length + 1)..];
        return key.Length > 0
            && !key.Contains('/', StringComparison.Ordinal)
            && File.Exists(Path.Combine(FolderOf(repository), "keys", key));
    }

    /// <summary>True if the repository has keys.</summary>
    public static bool Exist(GitRepository repository) => Directory.Exists(Path.Combine(FolderOf(repository), "keys"));

    /// <summary>Lets git-crypt find the keys in a worktree. A link, so that locking the repository locks the worktree too.</summary>
    /// <param name="admin">The administration of the worktree.</param>
    public static void LinkTo(GitRepository repository, string admin)
    {
        var link = Path.Combine(admin, FolderName);
        var target = Path.GetRelativePath(admin, FolderOf(repository));
        if (!Exist(repository) || new FileInfo(link).LinkTarget == target)
        {
            return;
        }
        new WorktreeFiles(admin).Remove(FolderName);
        Directory.CreateSymbolicLink(link, target);
    }

    private static string FolderOf(GitRepository repository) => Path.Combine(repository.CommonDirectory, FolderName);
}
