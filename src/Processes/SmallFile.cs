namespace Orchestrator.Processes;

/// <summary>Reads files that may be missing, such as refs, notes and those below <c>/proc</c>.</summary>
public static class SmallFile
{
    /// <summary>The content of a file; null if there is none, or a folder in its place. A symbolic link is followed.</summary>
    /// <exception cref="IOException">It is there and can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[]? TryRead(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception other) when (other is IOException or UnauthorizedAccessException && !MayBeFile(path))
        {
            return null;
        }
    }

    /// <summary>The content, or null for whatever reason: processes end while one looks at them, and those of others cannot be read.</summary>
    internal static byte[]? ReadIfPossible(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>False for a folder, and for a path that leads through a file.</summary>
    private static bool MayBeFile(string path) => !Directory.Exists(path) && !LeadsThroughFile(path);

    private static bool LeadsThroughFile(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Path.Exists(folder))
            {
                return File.Exists(folder);
            }
        }
        return false;
    }
}
