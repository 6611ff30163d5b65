namespace Orchestrator.Processes;

/// <summary>A log that is written while foreign programs run that may find it. Only this process creates it, and it is never written
/// through a link. On closing, it is in its place, whatever happened to its name meanwhile.</summary>
public sealed class LogFile : IDisposable
{
    private readonly FolderHandle _folder;

    private LogFile(string path)
    {
        Path = path;
        _folder = OwnFolder.Make(OwnFile.FolderOf(path));
        try
        {
            WasInTheWay = OwnFile.Clear(_folder, path);
            Stream = new FileStream(_folder.Make(OwnFile.NameOf(path), FolderHandle.Plain), FileAccess.ReadWrite, bufferSize: 0);
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

    /// <summary>Time of creation by the file system's clock, comparable with the times of files written later.</summary>
    public DateTime Began { get; }

    /// <summary>Kind of the entry that was removed from the log's path, or null if it was an earlier file or the path was free.</summary>
    public string? WasInTheWay { get; }

    internal FileStream Stream { get; }

    /// <summary>Creates a log. An existing entry with its name is removed and not written to.</summary>
    /// <exception cref="UnauthorizedAccessException">The log can't be created, for example because a parent folder is a link.</exception>
    public static LogFile Make(string path) => new(path);

    /// <summary>True if the log contains anything that the program did not print, or another file has its name.</summary>
    /// <param name="output">Captured output of the program.</param>
    public bool IsForeign(CapturedOutput output)
    {
        if (!_folder.Names(OwnFile.NameOf(Path), Stream.SafeFileHandle) || Stream.Length != output.TotalBytes)
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

    /// <summary>Closes the log. If something else has its name by now, that entry is removed and the log is written again.</summary>
    public void Dispose()
    {
        using (_folder)
        using (Stream)
        {
            if (_folder.Names(OwnFile.NameOf(Path), Stream.SafeFileHandle))
            {
                return;
            }
            OwnFile.Clear(_folder, Path);
            using FileStream again = new(_folder.Make(OwnFile.NameOf(Path), FolderHandle.Plain), FileAccess.Write);
            Stream.Seek(0, SeekOrigin.Begin);
            Stream.CopyTo(again);
        }
    }
}
