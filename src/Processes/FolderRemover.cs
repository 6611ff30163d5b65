namespace Orchestrator.Processes;

/// <summary>Deletes a folder with everything in it. Symbolic links in it are deleted, not followed.</summary>
public static class FolderRemover
{
    /// <summary>Deletes what is at a path: a folder, or a link; nothing there, nothing to do.</summary>
    /// <exception cref="IOException">Something in it can't be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">Something in it belongs to somebody else.</exception>
    public static void Remove(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            File.Delete(path); // The link, not what it leads to.
            return;
        }

        if (!Directory.Exists(path))
        {
            return;
        }

        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            MakeWritable(new DirectoryInfo(path));
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>Build tools leave folders without write permission (module caches); their owner may change that.</summary>
    private static void MakeWritable(DirectoryInfo folder)
    {
        if (folder.LinkTarget is not null || OperatingSystem.IsWindows())
        {
            return;
        }

        folder.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var child in folder.EnumerateDirectories())
        {
            MakeWritable(child);
        }
    }
}
