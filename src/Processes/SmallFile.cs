namespace Orchestrator.Processes;

/// <summary>Reads files that may be missing, such as refs, notes and those below <c>/proc</c>.</summary>
public static class SmallFile
{
    /// <summary>The content of a file; null if it is missing, or a folder. A symbolic link is followed.</summary>
    /// <exception cref="IOException">It exists and can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied.</exception>
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
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            return null;
        }
    }

    /// <summary>The content, or null for any reason: processes end while being read, and those of others can't be read.</summary>
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
}
