namespace Orchestrator.Processes;

/// <summary>Reads files that other programs may have replaced. Links are not followed, and opening a pipe does not block.</summary>
public static class RegularFileReader
{
    /// <summary>Returns the content of a file, or null if it does not exist, is not a regular file or exceeds the limit.</summary>
    /// <param name="path">Path of the file. Links in parent folders are followed.</param>
    /// <param name="largest">Maximum size in bytes.</param>
    /// <exception cref="UnauthorizedAccessException">The file can't be read.</exception>
    public static byte[]? TryRead(string path, long largest)
    {
        using var folder = FolderOf(path);
        using var file = folder?.TryRead(SymlinkSafeFileWriter.NameOf(path));
        if (file is null || RandomAccess.GetLength(file) is var length && length > largest)
        {
            return null;
        }
        var content = new byte[length];
        var read = 0;
        while (read < content.Length && RandomAccess.Read(file, content.AsSpan(read), read) is > 0 and var more)
        {
            read += more;
        }
        return read == content.Length ? content : content[..read];
    }

    /// <summary>Opens a file, or returns null if it does not exist or is not a regular file.</summary>
    /// <exception cref="UnauthorizedAccessException">The file can't be read.</exception>
    public static FileStream? TryOpen(string path)
    {
        using var folder = FolderOf(path);
        return folder?.TryRead(SymlinkSafeFileWriter.NameOf(path)) is { } file ? new FileStream(file, FileAccess.Read) : null;
    }

    /// <summary>Renames a file or folder to the first unused name in a series of names, within the same folder.</summary>
    /// <param name="path">Current path.</param>
    /// <param name="number">Returns a new path for 1, 2 and so on. Called until the new path is free.</param>
    /// <returns>The new path, or null if the current path does not exist.</returns>
    public static string? TryMoveAway(string path, Func<int, string> number)
    {
        using var folder = FolderOf(path);
        if (folder is null || folder.KindOf(SymlinkSafeFileWriter.NameOf(path)) == FileSystemEntryKind.Missing)
        {
            return null;
        }
        for (var i = 1; ; i++)
        {
            var free = number(i);
            if (folder.KindOf(SymlinkSafeFileWriter.NameOf(free)) == FileSystemEntryKind.Missing)
            {
                folder.Rename(SymlinkSafeFileWriter.NameOf(path), folder, SymlinkSafeFileWriter.NameOf(free));
                return free;
            }
        }
    }

    private static FolderHandle? FolderOf(string path) => FolderHandle.TryOpen(SymlinkSafeFileWriter.FolderOf(path), followLink: true);
}
