namespace Orchestrator.Processes;

/// <summary>Files where others may have put something else in their place: a link is not followed, a pipe is not waited for.</summary>
public static class RegularFile
{
    /// <summary>The content of a file; null if there is none, it is no regular file, or it is larger.</summary>
    /// <param name="path">The file; links in the path of its folder are followed.</param>
    /// <param name="largest">In bytes.</param>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[]? TryRead(string path, long largest)
    {
        using var folder = FolderOf(path);
        using var file = folder?.TryRead(OwnFile.NameOf(path));
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

    /// <summary>Opens a file; null if there is none, or it is no regular file.</summary>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream? TryOpen(string path)
    {
        using var folder = FolderOf(path);
        return folder?.TryRead(OwnFile.NameOf(path)) is { } file ? new FileStream(file, FileAccess.Read) : null;
    }

    /// <summary>Renames whatever is at a path, within its folder.</summary>
    /// <param name="path">The present path.</param>
    /// <param name="number">Builds the new path: called with 1, 2 and so on until there is nothing at that path.</param>
    /// <returns>The new path; null: there is nothing at the present one.</returns>
    public static string? TryPutAside(string path, Func<int, string> number)
    {
        using var folder = FolderOf(path);
        if (folder is null || folder.KindOf(OwnFile.NameOf(path)) == EntryKind.Missing)
        {
            return null;
        }
        for (var i = 1; ; i++)
        {
            var aside = number(i);
            if (folder.KindOf(OwnFile.NameOf(aside)) == EntryKind.Missing)
            {
                folder.Rename(OwnFile.NameOf(path), folder, OwnFile.NameOf(aside));
                return aside;
            }
        }
    }

    private static FolderHandle? FolderOf(string path) => FolderHandle.TryOpen(OwnFile.FolderOf(path), followLink: true);
}
