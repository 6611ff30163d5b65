namespace Orchestrator.Processes;

/// <summary>Deletes a folder with everything in it, whatever that is: links are deleted and not followed, names may be no text, folders may
/// lie deeper than a path can say, or be closed to their owner.</summary>
public static class FolderRemover
{
    /// <summary>Each level holds a folder open; a process may have some hundred.</summary>
    private const int DeepestOpen = 64;
    private const int MostTries = 5;

    /// <summary>Deletes what is at a path; nothing there is fine.</summary>
    /// <exception cref="IOException">Something can't be removed, such as a mounted disk, or somebody keeps adding to it.</exception>
    /// <exception cref="UnauthorizedAccessException">Something belongs to somebody else.</exception>
    public static void Remove(string path)
    {
        path = Path.TrimEndingDirectorySeparator(path);
        using var parent = FolderHandle.TryOpen(Path.GetDirectoryName(path)!, followLink: true);
        parent?.RemoveAll(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
    }

    /// <summary>What is added to the name of a folder that can't be removed.</summary>
    public const string Left = ".left-";

    /// <summary>Deletes what is at a path, or gives it another name there: containers leave files that belong to root, and nobody can go on
    /// where they are.</summary>
    public static void RemoveOrPutAside(string path)
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

    /// <summary>Deletes what has this name in an open folder; nothing there is fine.</summary>
    /// <param name="name">The name; bytes, as the system has it.</param>
    public static void RemoveAll(this FolderHandle parent, ReadOnlySpan<byte> name)
    {
        for (var tries = 1; ; tries++)
        {
            var kind = parent.KindOf(name);
            if (kind == EntryKind.Missing)
            {
                return;
            }
            if (kind != EntryKind.Folder)
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
                    $"'{Encoding.UTF8.GetString(name)}' can't be removed: somebody puts files there while it is. See which "
                        + "process works in it, end that, and try again."
                );
            }
        }
    }

    private static void RemoveContent(FolderHandle folder, FolderHandle top, int depth, Queue<byte[]> tooDeep)
    {
        folder.UnlockThis(); // Build tools leave folders without write permission (module caches); their owner may change that.
        foreach (var name in folder.List())
        {
            if (folder.KindOf(name) != EntryKind.Folder)
            {
                folder.Remove(name, isFolder: false);
            }
            else if (depth >= DeepestOpen)
            {
                // Brought up, so that what is in it is not deep any more.
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
