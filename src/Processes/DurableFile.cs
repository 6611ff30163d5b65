namespace Orchestrator.Processes;

/// <summary>Files that are whole or not there, also after a power cut: written aside, synced, renamed.</summary>
public static class DurableFile
{
    /// <summary>Replaces a file by a text in UTF-8; folders are made.</summary>
    /// <exception cref="IOException">It could not be written, such as on a full disk; the file is as it was.</exception>
    public static void Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    /// <inheritdoc cref="Write(string, string)"/>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = new AsideFile(path);
        file.Stream.Write(content);
        file.Replace();
    }

    /// <summary>
    /// Replaces a file by what <paramref name="write"/> puts into a stream: large content need not be in memory as a whole.
    /// </summary>
    /// <exception cref="IOException">It could not be written, such as on a full disk; the file is as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using var file = new AsideFile(path);
        write(file.Stream);
        file.Replace();
    }

    /// <summary>Writes a file unless there is one of that name: of many that do so at once, in one process or in several, one does it.
    /// <c>File.Move</c> without overwriting looks first and renames then, so that two that look at the same moment both do it.</summary>
    /// <returns>True if it was written, false if there is a file already, which is whole and stays as it is.</returns>
    /// <exception cref="IOException">It could not be written, such as on a full disk.</exception>
    public static bool TryCreate(string path, string content)
    {
        using var file = new AsideFile(path);
        file.Stream.Write(Encoding.UTF8.GetBytes(content));
        return file.Publish();
    }

    /// <summary>The content as text, or null if there is no such file.</summary>
    public static string? TryRead(string path) => SmallFile.TryRead(path) is { } content ? Encoding.UTF8.GetString(content) : null;

    /// <summary>The new content beside the file, gone if it does not come to replacing it.</summary>
    private sealed class AsideFile : IDisposable
    {
        private readonly string _path;
        private string? _aside;

        public AsideFile(string path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _path = path;
            var aside = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():n}.tmp";
            Stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write);
            _aside = aside;
        }

        public FileStream Stream { get; }

        public void Replace()
        {
            Stream.Flush(flushToDisk: true);
            Stream.Dispose();
            File.Move(_aside!, _path, overwrite: true);
            _aside = null;
        }

        // A further name (a hard link) is given or refused by the file system in one step.
        public bool Publish()
        {
            Stream.Flush(flushToDisk: true);
            return SharedFile.TryName(_aside!, _path);
        }

        public void Dispose()
        {
            if (_aside is null)
            {
                return;
            }
            try
            {
                // On a full disk this tries to write what is buffered once more.
                Stream.Dispose();
            }
            catch (IOException)
            {
                // The first failure is on its way to the caller.
            }
            File.Delete(_aside);
        }
    }
}
