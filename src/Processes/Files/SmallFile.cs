namespace Orchestrator.Processes;

/// <summary>Reads files that may be missing, such as refs, notes and those below <c>/proc</c>.</summary>
public static class SmallFile
{
    private const int FirstSize = 16 * 1024;

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

    /// <summary>As <see cref="ReadIfPossible"/>, in a single read(2): what the kernel makes of a process's memory may be another program's
    /// from one read to the next.</summary>
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
