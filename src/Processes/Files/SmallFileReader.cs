namespace Orchestrator.Processes;

/// <summary>Reads files that may be missing, such as refs, notes and files under <c>/proc</c>.</summary>
public static class SmallFileReader
{
    private const int FirstSize = 16 * 1024;

    /// <summary>Returns the content of a file, or null if it does not exist or is a folder. Symbolic links are followed.</summary>
    /// <exception cref="IOException">The file exists but can't be read.</exception>
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

    /// <summary>
    /// Returns the content of a file, or null on any failure. Used for files under <c>/proc</c>, because a process may end during the read
    /// or belong to another user.
    /// </summary>
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

    /// <summary>
    /// Reads a file as <see cref="ReadIfPossible"/> does, but with a single read(2) call. Between two calls, a process could start another
    /// program, and the data would be inconsistent.
    /// </summary>
    internal static byte[]? ReadAtOnceIfPossible(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            for (var size = FirstSize; ; size *= 2)
            {
                var buffer = new byte[size];
                file.Position = 0;
                var length = file.Read(buffer);
                if (length < size)
                {
                    return buffer[..length];
                }
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
