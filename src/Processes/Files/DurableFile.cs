namespace Orchestrator.Processes;

/// <summary>Writes files atomically and durably: to a temporary file, synced, renamed. As with <see cref="OwnFile"/>, no link is
/// followed.</summary>
public static class DurableFile
{
    /// <summary>Replaces a file by a text in UTF-8; folders are made.</summary>
    /// <exception cref="IOException">It could not be written, for example on a full disk; the file is unchanged.</exception>
    public static void Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    /// <inheritdoc cref="Write(string, string)"/>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = new AsideFile(path);
        file.Stream.Write(content);
        file.Replace(sync: true);
    }

    /// <summary>Replaces a file by what <paramref name="write"/> writes to a stream: large content need not be in memory.</summary>
    /// <exception cref="IOException">It could not be written, for example on a full disk; the file is unchanged.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using var file = new AsideFile(path);
        write(file.Stream);
        file.Replace(sync: true);
    }

    /// <summary>Writes a file unless it exists: of concurrent callers, in one process or several, one succeeds. <c>File.Move</c> without
    /// overwriting checks first and renames then, so that two callers may both succeed.</summary>
    /// <returns>True if it was written, false if there is a complete file already, which stays.</returns>
    /// <exception cref="IOException">It could not be written, for example on a full disk.</exception>
    public static bool TryCreate(string path, string content)
    {
        using var file = new AsideFile(path);
        file.Stream.Write(Encoding.UTF8.GetBytes(content));
        return file.Publish();
    }

    /// <summary>The content as text, or null if there is no such file.</summary>
    public static string? TryRead(string path) => SmallFile.TryRead(path) is { } content ? Encoding.UTF8.GetString(content) : null;
}
