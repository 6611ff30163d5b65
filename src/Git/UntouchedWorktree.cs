namespace Orchestrator.Git;

/// <summary>
/// Whether a worktree is surely as git itself left it: the index makes the commit's tree, each file has the times, size and inode that git noted when it last
/// looked at its content, and nothing else lies there. That is the usual case once a task's files are committed; all others are git's to judge.
/// </summary>
internal static class UntouchedWorktree
{
    private const uint KindAndExecute = 0xF040;
    private const string GitFile = ".git";

    /// <summary>Looks at a worktree; starts no process and changes nothing.</summary>
    /// <returns>The commit it is at; null if git has to be asked.</returns>
    internal static string? FindHead(Worktree worktree)
    {
        var configuration = worktree.Repository.Configuration;
        if (configuration.Get("core.ignorecase") == "true"
            || configuration.Get("core.filemode") == "false"
            || !RefFiles.TryReadHead(worktree, out _, out var head)
            || head is null
            || worktree.Repository.Memory.Find(head) is not { } commit)
        {
            return null;
        }

        var file = Path.Combine(worktree.AdminDirectory, "index");
        return FileFacts.TryRead(file) is { } written
            && IndexFile.TryRead(file) is { HidesFiles: false, HasConflicts: false, HasSubmodules: false } index
            && index.Tree == commit.Tree
            && index.Files.All(entry => IsUntouched(worktree.Path, entry.Key, entry.Value, written.Modified))
            && HasNothingElse(new DirectoryInfo(worktree.Path), index)
                ? head
                : null;
    }

    /// <summary>A file that was written in the very moment of the index may have changed after git had looked.</summary>
    private static bool IsUntouched(string root, string path, IndexEntry noted, FileTime indexWritten) =>
        noted.Modified.IsBefore(indexWritten)
        && FileFacts.TryRead(root, path) is { } found
        && found with { Mode = noted.Mode } == noted
        && (found.Mode & KindAndExecute) == (noted.Mode & KindAndExecute);

    private static bool HasNothingElse(DirectoryInfo root, IndexFile index)
    {
        try
        {
            return HasNothingElse(root, string.Empty, index);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // A folder that may not be looked into, or lies too deep, or goes meanwhile.
        }
    }

    private static bool HasNothingElse(DirectoryInfo folder, string prefix, IndexFile index) => folder.EnumerateFileSystemInfos().All(found =>
        found is DirectoryInfo && !found.Attributes.HasFlag(FileAttributes.ReparsePoint)
            ? index.HasFolder(prefix + found.Name) && HasNothingElse((DirectoryInfo)found, prefix + found.Name + "/", index)
            : index.HasFile(prefix + found.Name) || prefix + found.Name == GitFile);
}
