namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Links worktrees to the keys of git-crypt, which encrypts files with a git filter. Git-crypt stores its keys in the git directory, but in
/// a linked worktree, it searches that worktree's administrative folder. Without the link, git can't check out or add any file.
/// </summary>
internal static class GitCryptKeys
{
    /// <summary>Name of the key folder in the repository's common directory.</summary>
    public const string FolderName = "git-crypt";

    /// <summary>
    /// True if a filter belongs to git-crypt. Its name is then <c>git-crypt</c>, or <c>git-crypt-</c> followed by the name of a key.
    /// </summary>
    public static bool IsFilter(string filter) => filter == FolderName || filter.StartsWith(FolderName + "-", StringComparison.Ordinal);

    /// <summary>True if the repository contains the key of a git-crypt filter, which means that it is unlocked for the filter.</summary>
    public static bool Has(GitRepository repository, string filter)
    {
        var key = filter == FolderName ? "default" : filter[(FolderName.Length + 1)..];
        return key.Length > 0
            && !key.Contains('/', StringComparison.Ordinal)
            && File.Exists(Path.Combine(FolderOf(repository), "keys", key));
    }

    /// <summary>True if the repository contains git-crypt keys.</summary>
    public static bool Exist(GitRepository repository) => Directory.Exists(Path.Combine(FolderOf(repository), "keys"));

    /// <summary>
    /// Links a worktree to the git-crypt keys. Git-crypt then finds them, and locking the repository also locks the worktree.
    /// </summary>
    /// <param name="admin">Administrative folder of the worktree.</param>
    public static void LinkTo(GitRepository repository, string admin)
    {
        var link = Path.Combine(admin, FolderName);
        var target = Path.GetRelativePath(admin, FolderOf(repository));
        if (!Exist(repository) || new FileInfo(link).LinkTarget == target)
        {
            return;
        }
        new WorktreeFileReaderAndWriter(admin).Remove(FolderName);
        Directory.CreateSymbolicLink(link, target);
    }

    private static string FolderOf(GitRepository repository) => Path.Combine(repository.CommonDirectory, FolderName);
}
