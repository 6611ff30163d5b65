namespace Orchestrator.Processes;

/// <summary>A log that we make while programs run that are not ours and may find it: created by us alone, never written through a link, and
/// in its place when it is closed, whatever was done to its name meanwhile.</summary>
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

    /// <summary>The log's path.</summary>
    public string Path { get; }

    /// <summary>When it was made, by the file system's clock: comparable with files that are written later.</summary>
    public DateTime Began { get; }

    /// <summary>The kind of the entry that had its name, if that was no file; null: nothing, or a file of an earlier time. It was
    /// removed.</summary>
    public string? WasInTheWay { get; }

    internal FileStream Stream { get; }

    /// <summary>Makes a log; what has its name is removed, not written to.</summary>
    /// <exception cref="UnauthorizedAccessException">It can't be made, for example because a folder on the way is a link.</exception>
    public static LogFile Make(string path) => new(path);

    /// <summary>True if it has anything that is not what a program printed, or another file has its name.</summary>
    /// <param name="output">All that was printed, so far as it was kept.</param>
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

    /// <summary>Adds a text in UTF-8 to its end.</summary>
    public void Append(string text)
    {
        Stream.Seek(0, SeekOrigin.End);
        Stream.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Closes it. Where something else has its name by now, that is removed and the log is written there once more.</summary>
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
