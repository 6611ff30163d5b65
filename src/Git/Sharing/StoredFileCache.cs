namespace Orchestrator.Git.Sharing;

/// <summary>State of a file that reveals a change without reading the file.</summary>
/// <param name="Written">Time of the last write.</param>
/// <param name="Length">Length in bytes.</param>
public readonly record struct FileStamp(DateTime Written, long Length)
{
    /// <summary>True if the last write is old enough that any further write changes the state. Two writes in quick succession can have the
    /// same time.</summary>
    public bool IsSettled => DateTime.UtcNow - Written > TimeSpan.FromSeconds(2);

    /// <summary>Returns the current state of a file, or the state of a missing file.</summary>
    /// <param name="path">Absolute path.</param>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new FileStamp(file.LastWriteTimeUtc, file.Length) : default;
    }
}

/// <summary>Files whose contents are stored in git, with their states at that time.</summary>
public sealed class StoredFileCache
{
    private readonly Dictionary<string, (FileStamp Stamp, bool IsSettled, string Id)> _files = new(StringComparer.Ordinal);

    /// <summary>Returns the blob id of a file's content, or null if git possibly lacks the current content.</summary>
    /// <param name="path">Absolute path.</param>
    internal string? Find(string path) =>
        _files.TryGetValue(path, out var known) && known.IsSettled && known.Stamp == FileStamp.Of(path) ? known.Id : null;

    /// <summary>Returns the blob id of a file's last stored content.</summary>
    /// <param name="path">Absolute path of a stored file.</param>
    internal string Last(string path) => _files[path].Id;

    /// <summary>Records that the content of a file is stored in git.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="stamp">State of the file before it was read.</param>
    /// <param name="id">Blob id.</param>
    internal void Add(string path, FileStamp stamp, string id) => _files[path] = (stamp, stamp.IsSettled, id);
}
