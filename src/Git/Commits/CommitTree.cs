namespace Orchestrator.Git.Commits;

/// <summary>The files of a commit by their paths, where symbolic links are followed as long as they stay inside.</summary>
public sealed class CommitTree
{
    private const string Link = "120000";
    private const int MostLinks = 16;
    private readonly CommitStore _commits;
    private readonly string _commit;
    private readonly Dictionary<string, TreeFile> _files;
    private readonly Lazy<HashSet<string>> _folders;

    private CommitTree(CommitStore commits, string commit, IReadOnlyList<TreeFile> files)
    {
        (_commits, _commit) = (commits, commit);
        _files = files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        _folders = new(() => [.. files.SelectMany(file => Above(file.Path))]);
    }

    /// <summary>All paths, links among them.</summary>
    public IEnumerable<string> Paths => _files.Keys;

    /// <summary>Reads the list of files of a commit.</summary>
    public static async Task<CommitTree> ReadAsync(CommitStore commits, string commit, CancellationToken stop) =>
        new(commits, commit, await commits.ListFilesAsync(commit, stop));

    /// <summary>The folder of a path; empty: the root.</summary>
    public static string FolderOf(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "";

    /// <summary>A path below a folder.</summary>
    public static string Join(string folder, string path) => folder.Length == 0 ? path : $"{folder}/{path}";

    /// <summary>The path of the file that a path leads to by links; null: it leads outside, nowhere, or to a folder.</summary>
    public async Task<string?> FindFileAsync(string path, CancellationToken stop) =>
        await ResolveAsync(path, stop) is { } real
        && _files.TryGetValue(real, out var file)
        && file.Mode.StartsWith("100", StringComparison.Ordinal)
            ? real
            : null;

    /// <summary>The files with an ending at or below a folder, which may be a link, in order: the path through the folder, and where the
    /// file really is.</summary>
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

    /// <summary>The text of a file; null where it is none, or is larger than the limit.</summary>
    /// <param name="path">Its real path.</param>
    /// <param name="limit">Most bytes.</param>
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
