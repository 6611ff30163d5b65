namespace Orchestrator.Git.Worktrees;

/// <summary>What programs that ran in a worktree have done there.</summary>
/// <param name="HasChanges">Tracked files are not as the commit has them.</param>
/// <param name="Others">Files and folders that git does not track or ignores; a folder without tracked files stands for all in it.</param>
/// <param name="Untracked">Those of them that git does not ignore.</param>
public sealed record WorktreeTraces(bool HasChanges, IReadOnlySet<string> Others, IReadOnlyList<string> Untracked)
{
    /// <summary>Those of a worktree that was just checked out and cleaned.</summary>
    public static WorktreeTraces None { get; } = new(HasChanges: false, new HashSet<string>(), []);

    private static readonly string[] Arguments =
    [
        "status",
        "--porcelain=v2",
        "-z",
        "--untracked-files=normal",
        "--ignored=traditional",
        "--no-renames",
        "--ignore-submodules=none",
    ];

    /// <summary>Looks at a worktree with one git process; null if git refuses to look at what is there.</summary>
    public static async Task<WorktreeTraces?> TryReadAsync(Worktree worktree, CancellationToken cancellationToken = default)
    {
        try
        {
            var output = await worktree.Repository.ReadAsync(worktree.Call(Arguments), cancellationToken);
            var entries = output.Fields().Where(field => field.Length > 2).ToLookup(field => field[0] is '?' or '!');
            return new WorktreeTraces(
                entries[false].Any(),
                entries[true].Select(field => field[2..]).ToHashSet(StringComparer.Ordinal),
                [.. entries[true].Where(field => field[0] == '?').Select(field => field[2..])]
            );
        }
        catch (GitException refusal) when (refusal.IsRefusal || refusal is WorktreeReplacedException)
        {
            return null;
        }
    }
}
