namespace Orchestrator.Git.Sharing;

/// <summary>State of a file by which a change of it is noticed without reading it.</summary>
/// <param name="Written">When it was written last.</param>
/// <param name="Length">Its length in bytes.</param>
public readonly record struct FileStamp(DateTime Written, long Length)
{
    /// <summary>True if a change from now on changes the state. A file that is written twice in one moment has the same time.</summary>
    public bool IsSettled => DateTime.UtcNow - Written > TimeSpan.FromSeconds(2);

    /// <summary>The present state of a file; that of none where there is none.</summary>
    /// <param name="path">Absolute path.</param>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new FileStamp(file.LastWriteTimeUtc, file.Length) : default;
    }
}

/// <summary>Files whose contents git has, by their states then.</summary>
public sealed class KnownFiles
{
    private readonly Dictionary<string, (FileStamp Stamp, bool IsSettled, string Id)> _files = new(StringComparer.Ordinal);

    /// <summary>Id of a file's content; null: git may not have what is in it now.</summary>
    /// <param name="path">Absolute path.</param>
    internal string? Find(string path) =>
        _files.TryGetValue(path, out var known) && known.IsSettled && known.Stamp == FileStamp.Of(path) ? known.Id : null;

    /// <summary>Id of what was stored of a file last.</summary>
    /// <param name="path">Absolute path of a file that was stored.</param>
    internal string Last(string path) => _files[path].Id;

    /// <summary>Git has the content of a file.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="stamp">Its state before it was read.</param>
    /// <param name="id">Id of the content.</param>
    internal void Add(string path, FileStamp stamp, string id) => _files[path] = (stamp, stamp.IsSettled, id);
}
