namespace Orchestrator.Git.Sharing;

/// <summary>Modification time and size of a file, which usually show whether the file has changed, so that it need not be read.</summary>
/// <param name="Written">Time of the last write, in UTC.</param>
/// <param name="Length">Length in bytes.</param>
public readonly record struct FileStamp(DateTime Written, long Length)
{
    /// <summary>
    /// True if the last write is more than two seconds old, so any later write has a different timestamp. Two writes in quick succession
    /// can have the same timestamp.
    /// </summary>
    public bool IsSettled => DateTime.UtcNow - Written > TimeSpan.FromSeconds(2);

    /// <summary>Returns the current modification time and size of a file, or the default value if the file does not exist.</summary>
    /// <param name="path">Absolute path.</param>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new FileStamp(file.LastWriteTimeUtc, file.Length) : default;
    }
}

/// <summary>
/// Caches the blob ids of files whose contents are stored in git. Each entry includes the file's modification time and size at the time
/// when it was stored.
/// </summary>
public sealed class StoredFileCache
{
    private readonly Dictionary<string, (FileStamp Stamp, bool IsSettled, string Id)> _files = new(StringComparer.Ordinal);

    /// <summary>Returns the blob id of a file's current content, or null if the content might not be stored yet.</summary>
    /// <param name="path">Absolute path.</param>
    internal string? Find(string path) =>
        _files.TryGetValue(path, out var known) && known.IsSettled && known.Stamp == FileStamp.Of(path) ? known.Id : null;

    /// <summary>Returns the blob id of the content that was last stored for a file.</summary>
    /// <param name="path">Absolute path of a stored file.</param>
    internal string Last(string path) => _files[path].Id;

    /// <summary>Records that the content of a file is stored in git.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="stamp">Metadata of the file, taken before the file was read.</param>
    /// <param name="id">Blob id.</param>
    internal void Add(string path, FileStamp stamp, string id) => _files[path] = (stamp, stamp.IsSettled, id);
}
