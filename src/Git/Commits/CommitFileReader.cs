namespace Orchestrator.Git.Commits;

/// <summary>Provides the files of a commit by path. Symbolic links are followed if their targets are in the commit's tree.</summary>
public sealed class CommitFileReader
{
    private const string Link = "120000";
    private const int MostLinks = 16;
    private readonly GitCommitReaderAndWriter _commits;
    private readonly string _commit;
    private readonly Dictionary<string, GitTreeFile> _files;
    private readonly Lazy<HashSet<string>> _folders;

    private CommitFileReader(GitCommitReaderAndWriter commits, string commit, IReadOnlyList<GitTreeFile> files)
    {
        (_commits, _commit) = (commits, commit);
        _files = files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        _folders = new(() => [.. files.SelectMany(file => Above(file.Path))]);
    }

    /// <summary>Paths of all files in the commit, including symbolic links.</summary>
    public IEnumerable<string> Paths => _files.Keys;

    /// <summary>Reads the file list of a commit.</summary>
    public static async Task<CommitFileReader> ReadAsync(GitCommitReaderAndWriter commits, string commit, CancellationToken stop) =>
        new(commits, commit, await commits.ListFilesAsync(commit, stop));

    /// <summary>Returns the folder of a path, or an empty string for the root.</summary>
    public static string FolderOf(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "";

    /// <summary>Joins a folder and a path below it.</summary>
    public static string Join(string folder, string path) => folder.Length == 0 ? path : $"{folder}/{path}";

    /// <summary>
    /// Resolves the symbolic links in a path. Returns the resolved path of the file, or null if the path leads to a folder, to a missing
    /// file or outside the tree.
    /// </summary>
    public async Task<string?> FindFileAsync(string path, CancellationToken stop) =>
        await ResolveAsync(path, stop) is { } real
        && _files.TryGetValue(real, out var file)
        && file.Mode.StartsWith("100", StringComparison.Ordinal)
            ? real
            : null;

    /// <summary>
    /// Returns the files below a folder whose file names end with a given suffix, sorted by path. Each file comes with two paths: one below
    /// the given folder, which may be a symbolic link, and the resolved one.
    /// </summary>
    public async Task<IReadOnlyList<(string Shown, string Real)>> FindBelowAsync(string folder, string ending, CancellationToken stop)
    {
        if (await ResolveAsync(folder, stop) is not { Length: > 0 } real || !_folders.Value.Contains(real))
        {
            return [];
        }
        var found = new List<(string, string)>();
        foreach (
            var path in _files
                .Keys.Where(path =>
                    path.StartsWith(real + "/", StringComparison.Ordinal) && path.EndsWith(ending, StringComparison.Ordinal)
                )
                .Order(StringComparer.Ordinal)
        )
        {
            if (await FindFileAsync(path, stop) is { } file)
            {
                found.Add((folder + path[real.Length..], file));
            }
        }
        return found;
    }

    /// <summary>
    /// Returns the text of a file, or null if the path is not a file, the content is binary or its size exceeds the limit.
    /// </summary>
    /// <param name="path">Resolved path of the file.</param>
    /// <param name="limit">Maximum size in bytes.</param>
    public async Task<string?> ReadAsync(string path, int limit, CancellationToken stop) =>
        await _commits.ReadFileAsync(_commit, path, stop, limit) is { } bytes && !bytes.Contains((byte)0)
            ? Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF')
            : null;

    private async Task<string?> ResolveAsync(string path, CancellationToken stop)
    {
        var (ahead, at, links) = (new Stack<string>(path.Split('/').Reverse()), "", 0);
        while (ahead.TryPop(out var part))
        {
            if (part is "" or ".")
            {
                continue;
            }
            if (part == "..")
            {
                if (at.Length == 0)
                {
                    return null;
                }
                at = FolderOf(at);
                continue;
            }
            var next = Join(at, part);
            if (!_files.TryGetValue(next, out var file) || file.Mode != Link)
            {
                at = next;
                continue;
            }
            if (++links > MostLinks || await _commits.ReadFileAsync(_commit, next, stop) is not { } target || target is [(byte)'/', ..])
            {
                return null;
            }
            foreach (var piece in Encoding.UTF8.GetString(target).Split('/').Reverse())
            {
                ahead.Push(piece);
            }
        }
        return at;
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var folder = FolderOf(path); folder.Length > 0; folder = FolderOf(folder))
        {
            yield return folder;
        }
    }
}
