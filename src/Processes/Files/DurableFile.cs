namespace Orchestrator.Processes;

/// <summary>
/// Writes files atomically and durably, by syncing a temporary file to disk and then renaming it. Symbolic links are not followed, as in
/// <see cref="SymlinkSafeFileWriter"/>.
/// </summary>
public static class DurableFile
{
    /// <summary>Replaces a file's content with UTF-8 text. Missing folders are created.</summary>
    /// <exception cref="IOException">The file could not be written, for example on a full disk, and is unchanged.</exception>
    public static void Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    /// <inheritdoc cref="Write(string, string)"/>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = new AtomicTemporaryFile(path);
        file.Stream.Write(content);
        file.Replace(sync: true);
    }

    /// <summary>
    /// Replaces a file's content with the output of <paramref name="write"/>, so that large content need not be held in memory.
    /// </summary>
    /// <exception cref="IOException">The file could not be written, for example on a full disk, and is unchanged.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using var file = new AtomicTemporaryFile(path);
        write(file.Stream);
        file.Replace(sync: true);
    }

    /// <summary>
    /// Creates a file unless it already exists. Exactly one of several concurrent callers succeeds, even across processes. <c>File.Move</c>
    /// can't guarantee this, because it checks for an existing file before it renames.
    /// </summary>
    /// <param name="path">Absolute path of the file.</param>
    /// <param name="content">Content of the new file.</param>
    /// <param name="mode">Permissions of the new file before the process's mask is applied.</param>
    /// <returns>True if the file was created, or false if a complete file already exists, which is not changed.</returns>
    /// <exception cref="IOException">The file could not be written, for example on a full disk.</exception>
    public static bool TryCreate(string path, string content, UnixFileMode mode = FolderHandle.Plain)
    {
        using var file = new AtomicTemporaryFile(path, mode);
        file.Stream.Write(Encoding.UTF8.GetBytes(content));
        return file.Publish();
    }

    /// <summary>Returns the content of a file as text, or null if the file does not exist.</summary>
    public static string? TryRead(string path) => SmallFileReader.TryRead(path) is { } content ? Encoding.UTF8.GetString(content) : null;
}
