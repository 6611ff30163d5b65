namespace Orchestrator.Processes;

/// <summary>
/// Deletes a folder with all its content, without following links. Supports names with arbitrary bytes, nesting beyond the maximum path
/// length, and folders that lack permissions for their owner.
/// </summary>
public static class FolderRemover
{
    /// <summary>
    /// Maximum number of folders that are open at the same time. Each nesting level needs an open folder, and the number of files that a
    /// process can open is limited.
    /// </summary>
    private const int DeepestOpen = 64;
    private const int MostTries = 5;

    /// <summary>Deletes a file or folder. Does nothing if the path does not exist.</summary>
    /// <exception cref="IOException">An entry can't be removed, for example a mounted disk, or files are added continuously.</exception>
    /// <exception cref="UnauthorizedAccessException">An entry belongs to another user.</exception>
    public static void Remove(string path)
    {
        path = Path.TrimEndingDirectorySeparator(path);
        using var parent = FolderHandle.TryOpen(Path.GetDirectoryName(path)!, followLink: true);
        parent?.RemoveAll(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
    }

    /// <summary>Text in the new name of a folder that could not be removed and was therefore renamed.</summary>
    public const string Left = ".left-";

    /// <summary>
    /// Deletes a file or folder, or renames it if deletion fails, so that the path can be used again. Deletion fails, for example, if a
    /// container left files that belong to root.
    /// </summary>
    public static void RemoveOrMoveAway(string path)
    {
        try
        {
            Remove(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Directory.Move(path, $"{Path.TrimEndingDirectorySeparator(path)}{Left}{Guid.NewGuid():N}");
        }
    }

    /// <summary>Deletes an entry of an open folder. Does nothing if the entry does not exist.</summary>
    /// <param name="name">Name as bytes, as the system stores it.</param>
    public static void RemoveAll(this FolderHandle parent, ReadOnlySpan<byte> name)
    {
        for (var tries = 1; ; tries++)
        {
            var kind = parent.KindOf(name);
            if (kind == FileSystemEntryKind.Missing)
            {
                return;
            }
            if (kind != FileSystemEntryKind.Folder)
            {
                parent.Remove(name, isFolder: false);
                return;
            }
            using (var top = Open(parent, name))
            {
                if (top is not null)
                {
                    var tooDeep = new Queue<byte[]>();
                    RemoveContent(top, top, 0, tooDeep);
                    while (tooDeep.TryDequeue(out var moved))
                    {
                        using (var folder = Open(top, moved))
                        {
                            if (folder is not null)
                            {
                                RemoveContent(folder, top, 1, tooDeep);
                            }
                        }
                        top.Remove(moved, isFolder: true);
                    }
                }
            }
            if (parent.Remove(name, isFolder: true))
            {
                return;
            }
            if (tries == MostTries)
            {
                throw new IOException(
                    $"'{Encoding.UTF8.GetString(name)}' can't be removed, because another program keeps adding files. Find the "
                        + "process that works in the folder, end it, and try again."
                );
            }
        }
    }

    private static void RemoveContent(FolderHandle folder, FolderHandle top, int depth, Queue<byte[]> tooDeep)
    {
        folder.UnlockThis(); // Build tools create folders without write permission, such as module caches.
        foreach (var name in folder.List())
        {
            if (folder.KindOf(name) != FileSystemEntryKind.Folder)
            {
                folder.Remove(name, isFolder: false);
            }
            else if (depth >= DeepestOpen)
            {
                // The folder is moved up, so that its content is nested less deeply.
                folder.Unlock(name);
                var moved = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));
                folder.Rename(name, top, moved);
                tooDeep.Enqueue(moved);
            }
            else
            {
                using (var child = Open(folder, name))
                {
                    if (child is not null)
                    {
                        RemoveContent(child, top, depth + 1, tooDeep);
                    }
                }
                folder.Remove(name, isFolder: true);
            }
        }
    }

    private static FolderHandle? Open(FolderHandle parent, ReadOnlySpan<byte> name)
    {
        try
        {
            return parent.TryOpen(name);
        }
        catch (UnauthorizedAccessException)
        {
            parent.Unlock(name);
            return parent.TryOpen(name);
        }
    }
}
