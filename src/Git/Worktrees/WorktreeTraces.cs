namespace Orchestrator.Git.Worktrees;

/// <summary>Changes that programs left in a worktree.</summary>
/// <param name="HasChanges">Tracked files differ from the commit.</param>
/// <param name="Others">Untracked and ignored files and folders; a folder without tracked files is named instead of its content.</param>
/// <param name="Untracked">Those of them that git does not ignore.</param>
public sealed record WorktreeTraces(bool HasChanges, IReadOnlySet<string> Others, IReadOnlyList<string> Untracked)
{
    /// <summary>For a worktree that was just checked out and cleaned.</summary>
    public static WorktreeTraces None { get; } = new(HasChanges: false, new HashSet<string>(), []);

    private static readonly string[] Arguments =
    [
        "status",
        "--porcelain=v2",
        "-z",
        "--untracked-files=normal",
        "--ignored=traditional",
        "--no-renames",
        DiffCommands.Submodules,
    ];

    /// <summary>Reads a worktree with one git process; null if git refuses.</summary>
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
