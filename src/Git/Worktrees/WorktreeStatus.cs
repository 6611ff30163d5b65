namespace Orchestrator.Git.Worktrees;

/// <summary>An operation that git has started in a checkout and not finished.</summary>
public enum UnfinishedGitOperation
{
    /// <summary>No operation is in progress.</summary>
    None,

    /// <summary>A merge is in progress.</summary>
    Merge,

    /// <summary>A rebase or a <c>git am</c> is in progress.</summary>
    Rebase,

    /// <summary>A cherry-pick is in progress.</summary>
    CherryPick,

    /// <summary>A revert is in progress.</summary>
    Revert,

    /// <summary>A git bisect is in progress.</summary>
    Bisect,
}

/// <summary>A file that differs from the last commit.</summary>
/// <param name="Path">Path relative to the root.</param>
/// <param name="IsUntracked">True if git does not track the file.</param>
/// <param name="IsUnmerged">True if the file is in conflict.</param>
public sealed record UncommittedFile(string Path, bool IsUntracked, bool IsUnmerged);

/// <summary>State of a checkout: its commit, branch, unfinished operation and changed files.</summary>
/// <param name="Head">Commit of the checkout, or null if it has none.</param>
/// <param name="Branch">Full ref name of the branch, or null if HEAD is detached.</param>
/// <param name="Operation">Unfinished operation.</param>
/// <param name="Entries">Files that differ from the commit. Includes untracked files but no ignored files. Files that differ right after a
/// checkout are omitted (<see cref="FalselyModifiedFileFinder"/>).</param>
public sealed record WorktreeStatus(string? Head, string? Branch, UnfinishedGitOperation Operation, IReadOnlyList<UncommittedFile> Entries)
{
    internal static readonly string[] Arguments =
    [
        "status",
        "--porcelain=v2",
        "-z",
        "--branch",
        "--untracked-files=all",
        "--no-renames",
        GitDiffArgumentBuilder.Submodules,
    ];

    /// <summary>Returns the tracked files with changes that the user could lose, except those at or below one of
    /// <paramref name="ignored"/>.</summary>
    public IReadOnlyList<string> ChangedFiles(params IEnumerable<string> ignored) => Files(isUntracked: false, ignored);

    /// <summary>Returns the untracked files, except those at or below one of <paramref name="ignored"/>.</summary>
    public IReadOnlyList<string> UntrackedFiles(params IEnumerable<string> ignored) => Files(isUntracked: true, ignored);

    /// <summary>Returns the untracked files of a checkout that git does not ignore, except those at or below one of
    /// <paramref name="ignored"/>. Tracked files are not inspected.</summary>
    public static async Task<IReadOnlyList<string>> ReadUntrackedAsync(
        Worktree worktree,
        IEnumerable<string> ignored,
        CancellationToken cancellationToken = default
    )
    {
        var call = worktree.Call("ls-files", "--others", "--exclude-standard", "-z");
        return Without((await worktree.Repository.ReadAsync(call, cancellationToken)).Fields(), ignored);
    }

    /// <summary>Reads the state of a checkout with one git process.</summary>
    public static async Task<WorktreeStatus> ReadAsync(Worktree worktree, CancellationToken cancellationToken = default)
    {
        var fields = await ReadFieldsAsync(worktree, cancellationToken);
        return Parse(fields, OperationIn(worktree.AdminDirectory));
    }

    /// <summary>
    /// Returns the fields of the <c>git status</c> output, except for files whose content on disk is exactly what a checkout writes.
    /// </summary>
    internal static async Task<IReadOnlyList<string>> ReadFieldsAsync(Worktree worktree, CancellationToken cancellationToken)
    {
        var fields = (await worktree.Repository.ReadAsync(worktree.Call(Arguments), cancellationToken)).Fields();
        var changed = fields.Select(ChangedOnDisk).ToList();
        var pristine = await new FalselyModifiedFileFinder(worktree).FindAsync([.. changed.OfType<GitTreeFile>()], cancellationToken);
        return pristine.Count == 0 ? fields : [.. fields.Where((_, i) => changed[i] is not { } file || !pristine.Contains(file.Path))];
    }

    /// <summary>
    /// Parses a field of the status output. Returns the index entry if the field describes a file that was changed on disk but not staged,
    /// otherwise null.
    /// </summary>
    // Format: 1 XY sub mH mI mW hH hI path (git-status(1), "Changed Tracked Entries")
    private static GitTreeFile? ChangedOnDisk(string field) =>
        field.StartsWith("1 .M ", StringComparison.Ordinal) && field.Split(' ', 9) is [_, _, _, _, var mode, _, _, var id, var path]
            ? new GitTreeFile(path, mode, id)
            : null;

    /// <summary>Reads the state of a checkout, or returns null if git can't read it.</summary>
    internal static async Task<WorktreeStatus?> TryReadAsync(Worktree worktree, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(worktree, cancellationToken);
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            return null;
        }
    }

    internal static WorktreeStatus Parse(IEnumerable<string> fields, UnfinishedGitOperation operation)
    {
        string? head = null;
        string? branch = null;
        var entries = new List<UncommittedFile>();
        foreach (var field in fields.Where(field => field.Length > 2))
        {
            switch (field[0])
            {
                case '#' when field.StartsWith("# branch.oid ", StringComparison.Ordinal):
                    head = field[13..] is "(initial)" ? null : field[13..];
                    break;
                case '#' when field.StartsWith("# branch.head ", StringComparison.Ordinal):
                    branch = field[14..] is "(detached)" ? null : "refs/heads/" + field[14..];
                    break;
                case '?':
                    entries.Add(new UncommittedFile(field[2..], IsUntracked: true, IsUnmerged: false));
                    break;
                case '1':
                    entries.Add(new UncommittedFile(field.Split(' ', 9)[8], IsUntracked: false, IsUnmerged: false));
                    break;
                case 'u':
                    entries.Add(new UncommittedFile(field.Split(' ', 11)[10], IsUntracked: false, IsUnmerged: true));
                    break;
                default:
                    break; // Other headers, such as the upstream branch.
            }
        }
        return new WorktreeStatus(head, branch, operation, entries);
    }

    internal static UnfinishedGitOperation OperationIn(string adminDirectory)
    {
        (string Name, UnfinishedGitOperation Operation)[] signs =
        [
            ("rebase-merge", UnfinishedGitOperation.Rebase),
            ("rebase-apply", UnfinishedGitOperation.Rebase),
            ("MERGE_HEAD", UnfinishedGitOperation.Merge),
            ("CHERRY_PICK_HEAD", UnfinishedGitOperation.CherryPick),
            ("REVERT_HEAD", UnfinishedGitOperation.Revert),
            ("BISECT_LOG", UnfinishedGitOperation.Bisect),
        ];
        return signs.FirstOrDefault(sign => Path.Exists(Path.Combine(adminDirectory, sign.Name))).Operation;
    }

    private List<string> Files(bool isUntracked, IEnumerable<string> ignored) =>
        Without(Entries.Where(entry => entry.IsUntracked == isUntracked).Select(entry => entry.Path), ignored);

    private static List<string> Without(IEnumerable<string> paths, IEnumerable<string> ignored)
    {
        var prefixes = ignored.Select(prefix => prefix.TrimEnd('/')).ToArray();
        return [.. paths.Where(path => !prefixes.Any(prefix => path == prefix || path.StartsWith(prefix + "/", StringComparison.Ordinal)))];
    }
}
