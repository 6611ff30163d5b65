namespace Orchestrator.Processes;

/// <summary>
/// A log file that is protected against programs that run while the log is being written. Only this process creates the file, and links are
/// never followed. If a program removes or replaces the file, closing the log restores it.
/// </summary>
public sealed class LogFile : IDisposable
{
    private readonly FolderHandle _folder;

    private LogFile(string path)
    {
        Path = path;
        _folder = OrchestratorFolderCreator.Make(SymlinkSafeFileWriter.FolderOf(path));
        try
        {
            WasInTheWay = SymlinkSafeFileWriter.Clear(_folder, path);
            Stream = new FileStream(
                _folder.Make(SymlinkSafeFileWriter.NameOf(path), FolderHandle.Plain),
                FileAccess.ReadWrite,
                bufferSize: 0
            );
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
        Began = File.GetLastWriteTimeUtc(Stream.SafeFileHandle);
    }

    /// <summary>Path of the log.</summary>
    public string Path { get; }

    /// <summary>
    /// Creation time according to the file system's clock, for comparison with the times of files that are written later.
    /// </summary>
    public DateTime Began { get; }

    /// <summary>
    /// Description of the entry that was removed or renamed to free the log's path. Null if the path was free or the entry was a regular
    /// file.
    /// </summary>
    public string? WasInTheWay { get; }

    internal FileStream Stream { get; }

    /// <summary>
    /// Creates a log. An existing entry with the same name is first removed, or renamed if it is a folder, and is never written to.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">The log can't be created, for example because a parent folder is a link.</exception>
    public static LogFile Make(string path) => new(path);

    /// <summary>True if the log contains text that the program did not print, or if another file has replaced the log.</summary>
    /// <param name="output">Captured output of the program.</param>
    public bool IsForeign(CapturedOutput output)
    {
        if (!_folder.Names(SymlinkSafeFileWriter.NameOf(Path), Stream.SafeFileHandle) || Stream.Length != output.TotalBytes)
        {
            return true;
        }
        if (output.IsTruncated)
        {
            return false;
        }
        var content = new byte[Stream.Length];
        return RandomAccess.Read(Stream.SafeFileHandle, content, 0) != content.Length || !content.AsSpan().SequenceEqual(output.Bytes.Span);
    }

    /// <summary>Appends UTF-8 text.</summary>
    public void Append(string text)
    {
        Stream.Seek(0, SeekOrigin.End);
        Stream.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>
    /// Closes the log. If the log file was removed or replaced by another entry, the log is first written again at its path.
    /// </summary>
    public void Dispose()
    {
        using (_folder)
        using (Stream)
        {
            if (_folder.Names(SymlinkSafeFileWriter.NameOf(Path), Stream.SafeFileHandle))
            {
                return;
            }
            SymlinkSafeFileWriter.Clear(_folder, Path);
            using FileStream again = new(_folder.Make(SymlinkSafeFileWriter.NameOf(Path), FolderHandle.Plain), FileAccess.Write);
            Stream.Seek(0, SeekOrigin.Begin);
            Stream.CopyTo(again);
        }
    }
}
