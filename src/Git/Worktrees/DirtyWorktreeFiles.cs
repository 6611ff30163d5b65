namespace Orchestrator.Git.Worktrees;

/// <summary>Changed, untracked and ignored files that programs left in a worktree.</summary>
/// <param name="Changed">Tracked files that differ from the commit.</param>
/// <param name="Submodules">Changed entries that are submodules. The submodule has another commit or changed files.</param>
/// <param name="Others">Untracked and ignored files and folders. A folder without tracked files is listed instead of its content.</param>
/// <param name="Untracked">Entries of <paramref name="Others"/> that git does not ignore.</param>
public sealed record DirtyWorktreeFiles(
    IReadOnlyList<string> Changed,
    IReadOnlyList<string> Submodules,
    IReadOnlySet<string> Others,
    IReadOnlyList<string> Untracked
)
{
    private static readonly string[] Arguments =
    [
        "status",
        "--porcelain=v2",
        "-z",
        "--untracked-files=normal",
        "--ignored=traditional",
        "--no-renames",
        GitDiffArgumentBuilder.Submodules,
    ];

    /// <summary>Reads the changes in a worktree with one git process, or returns null if git can't read them.</summary>
    public static Task<DirtyWorktreeFiles?> TryReadAsync(Worktree worktree, CancellationToken cancellationToken = default) =>
        TryReadAsync(worktree, new Dictionary<string, string?>(), cancellationToken);

    /// <summary>Reads the changes in a worktree by comparing it with a separate index.</summary>
    /// <param name="index">Environment variables that name the index.</param>
    internal static async Task<DirtyWorktreeFiles?> TryReadAsync(
        Worktree worktree,
        IReadOnlyDictionary<string, string?> index,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var call = worktree.Call(Arguments) with
            {
                Environment = index,
                Settings = ChangeDetectionGitConfig.Settings(worktree.Repository),
            };
            var output = await worktree.Repository.ReadAsync(call, cancellationToken);
            var entries = output.Fields().Where(field => field.Length > 2).ToLookup(field => field[0] is '?' or '!');
            var changed = entries[false].Select(Changes).OfType<(string Path, bool IsSubmodule)>().ToList();
            return new DirtyWorktreeFiles(
                [.. changed.Select(entry => entry.Path)],
                [.. changed.Where(entry => entry.IsSubmodule).Select(entry => entry.Path)],
                entries[true].Select(field => field[2..]).ToHashSet(StringComparer.Ordinal),
                [.. entries[true].Where(field => field[0] == '?').Select(field => field[2..])]
            );
        }
        catch (GitException refusal) when (refusal.IsRefusal || refusal is WorktreeReplacedException)
        {
            return null;
        }
    }

    /// <summary>
    /// Parses an entry for a changed tracked file in the output of git-status(1). Returns null for a submodule in which only untracked
    /// files, such as build output, differ.
    /// </summary>
    private static (string Path, bool IsSubmodule)? Changes(string field)
    {
        // Format: 1 XY sub mH mI mW hH hI path; u XY sub m1 m2 m3 mW h1 h2 h3 path. For a submodule, sub is S followed by C (commit
        // changed)
        // and M (files changed).
        var facts = field.Split(' ', field[0] == 'u' ? 11 : 9);
        return (facts[2][0], facts[2][1..3]) switch
        {
            ('S', "..") => null,
            ('S', _) => (facts[^1], true),
            _ => (facts[^1], false),
        };
    }
}
