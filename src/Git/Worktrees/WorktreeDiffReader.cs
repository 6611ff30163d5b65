using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Worktrees;

/// <summary>Differences between a worktree and a commit.</summary>
/// <param name="Files">Files that differ, committed or not. Includes untracked files but no ignored files.</param>
/// <param name="Head">Commit that contains all files except untracked ones. Null if some changes are not committed or if the commit was not
/// determined.</param>
public sealed record WorktreeChangeList(IReadOnlyList<ChangedFile> Files, CommitInfo? Head);

/// <summary>
/// Reads the changes in a worktree. Ignores files that git reports as changed even right after a checkout
/// (<see cref="FalselyModifiedFileFinder"/>).
/// </summary>
public sealed class WorktreeDiffReader(Worktree worktree)
{
    /// <summary>
    /// Returns the files of a worktree that differ from a commit, whether or not the changes are committed. Includes untracked files, but
    /// not ignored files.
    /// </summary>
    public async Task<IReadOnlyList<ChangedFile>> AgainstAsync(string from, CancellationToken cancellationToken = default) =>
        (await ReadChangesAsync(from, isWanted: null, cancellationToken)).Files;

    /// <summary>
    /// Returns the files of a worktree that differ from a commit. Also returns the HEAD commit if it is known to contain the current
    /// versions of all tracked files, or null otherwise. With such a commit, these files need not be hashed again.
    /// </summary>
    /// <param name="from">Commit to compare with.</param>
    /// <param name="isWanted">True for a file that counts as changed if it was only stored in another form, with the same content on disk.
    /// If null, every such file counts if attributes changed too.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    public async Task<WorktreeChangeList> ReadChangesAsync(
        string from,
        Func<string, bool>? isWanted = null,
        CancellationToken cancellationToken = default
    )
    {
        var found = await ReadAsync(from, cancellationToken);
        var untouched = await new FalselyModifiedFileFinder(worktree).FindUntouchedAsync(found.Files, isWanted, cancellationToken);
        return untouched.Count == 0
            ? found
            : new WorktreeChangeList([.. found.Files.Where(file => !untouched.Contains(file.Path))], Head: null);
    }

    private async Task<WorktreeChangeList> ReadAsync(string from, CancellationToken cancellationToken)
    {
        try
        {
            var fields = await WorktreeStatus.ReadFieldsAsync(worktree, cancellationToken);
            if (await IsAtAsync(from, cancellationToken))
            {
                if (TryParseStatus(fields) is { } changes)
                {
                    return new WorktreeChangeList(changes, null);
                }
            }
            else if (await TryCommittedAsync(from, fields, cancellationToken) is { } committed)
            {
                return committed;
            }
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            // A power failure may have destroyed the commit of HEAD, but the files still contain the work.
        }
        return new WorktreeChangeList(await OfIndexAsync(from, cancellationToken), null);
    }

    private async Task<bool> IsAtAsync(string commit, CancellationToken cancellationToken) =>
        new WorktreeHead(worktree).Branch is { } branch
        && await new RefStore(worktree.Repository).ReadAsync(branch, cancellationToken) == commit;

    private async Task<WorktreeChangeList?> TryCommittedAsync(
        string from,
        IReadOnlyList<string> status,
        CancellationToken cancellationToken
    )
    {
        const string Head = "# branch.oid ";
        var head = status.FirstOrDefault(field => field.StartsWith(Head, StringComparison.Ordinal))?[Head.Length..];
        if (
            !ObjectId.IsId(head)
            || status.Any(field => field[0] is not ('#' or '?'))
            || await new GitCommitReaderAndWriter(worktree.Repository).ReadAsync(head, cancellationToken) is not { } commit
        )
        {
            return null;
        }
        var committed = await new GitDiffReader(worktree.Repository).BetweenAsync(from, head, cancellationToken);
        var others = status.Where(field => field[0] == '?').Select(field => field[2..]).ToHashSet(StringComparer.Ordinal);
        return IsNewToIndexAlone(committed, others)
            ? null
            : new WorktreeChangeList([.. committed, .. others.Select(path => Untracked(worktree, path))], commit);
    }

    private async Task<IReadOnlyList<ChangedFile>> OfIndexAsync(string from, CancellationToken cancellationToken)
    {
        var (tracked, others) = await CompareAsync(from, index: null, cancellationToken);
        return IsNewToIndexAlone(tracked, others)
            ? await OfFilesAsync(from, cancellationToken)
            : [.. tracked, .. others.Select(path => Untracked(worktree, path))];
    }

    // If a merge was applied only to the files, or if the agent reset its index, a file can be missing only in the index. Such a file is
    // neither deleted nor new.
    private static bool IsNewToIndexAlone(IEnumerable<ChangedFile> tracked, HashSet<string> others) =>
        tracked.Any(file => file.Change == FileChange.Deleted && others.Contains(file.Path));

    /// <summary>Returns the worktree's differences from a commit as a patch for display.</summary>
    public async Task<GitPatchText> PatchAsync(string from, CancellationToken cancellationToken = default)
    {
        var (tree, _) = await new WorktreeGitTreeWriter(worktree).WriteAsync(cancellationToken);
        return await new GitDiffReader(worktree.Repository).PatchAsync(from, tree, cancellationToken: cancellationToken);
    }

    /// <summary>Compares the files on disk with a commit through a temporary index that contains the commit. The worktree's own index has
    /// no effect.</summary>
    private async Task<IReadOnlyList<ChangedFile>> OfFilesAsync(string from, CancellationToken cancellationToken)
    {
        using var index = new TemporaryIndex(worktree.Repository);
        await worktree.WriteAsync(worktree.Call("read-tree", from) with { Environment = index.Environment }, cancellationToken);
        var (tracked, others) = await CompareAsync(from, index, cancellationToken);
        return [.. tracked, .. others.Select(path => Untracked(worktree, path))];
    }

    /// <summary>Returns the tracked files that differ from a commit, and the files that are not in the index.</summary>
    /// <param name="index">Path of the index, or null for the worktree's own.</param>
    private async Task<(IReadOnlyList<ChangedFile> Tracked, HashSet<string> Others)> CompareAsync(
        string from,
        TemporaryIndex? index,
        CancellationToken cancellationToken
    )
    {
        var tracked = GitDiffReader.ParseRaw(await ReadAsync(GitDiffArgumentBuilder.OfFiles([.. GitDiffArgumentBuilder.Raw, from, "--"])));
        var others = await ReadAsync(["ls-files", "--others", "--exclude-standard", "-z"]);
        return (tracked, others.Fields().ToHashSet(StringComparer.Ordinal));

        Task<GitCommandResult> ReadAsync(IEnumerable<string> arguments)
        {
            var call = worktree.Call(arguments);
            return worktree.Repository.ReadAsync(index is null ? call : call with { Environment = index.Environment }, cancellationToken);
        }
    }

    /// <summary>
    /// Parses the changes from the output of one <c>git status</c> call. Returns null if git must compare the files itself, because a file
    /// is unmerged or was changed both in the index and on disk.
    /// </summary>
    private List<ChangedFile>? TryParseStatus(IEnumerable<string> fields)
    {
        var files = new List<ChangedFile>();
        foreach (var field in fields)
        {
            if (field.StartsWith("? ", StringComparison.Ordinal))
            {
                files.Add(Untracked(worktree, field[2..]));
            }
            else if (field.StartsWith("1 ", StringComparison.Ordinal))
            {
                // Format: 1 XY sub mH mI mW hH hI path (git-status(1), "Changed Tracked Entries")
                var facts = field.Split(' ', 9);
                var (index, disk) = (facts[1][0], facts[1][1]);
                if (index != '.' && disk != '.')
                {
                    return null;
                }
                var isStaged = disk == '.';
                files.Add(
                    new ChangedFile(
                        facts[8],
                        GitDiffReader.ChangeOf(isStaged ? index : disk),
                        facts[3],
                        facts[5],
                        facts[6],
                        isStaged ? facts[7] : new string('0', facts[6].Length)
                    )
                );
            }
            else if (!field.StartsWith("# ", StringComparison.Ordinal))
            {
                return null;
            }
        }
        return files;
    }

    /// <summary>
    /// Returns an untracked file as an added file, with the mode that <c>git add</c> would store. Git lists a folder, with a trailing
    /// slash, only if it is a separate repository.
    /// </summary>
    public static ChangedFile Untracked(Worktree worktree, string path) =>
        new(
            path.TrimEnd('/'),
            FileChange.Added,
            "000000",
            path.EndsWith('/') ? ChangedFile.Submodule : ModeOnDisk(worktree, path),
            ObjectId.None,
            ObjectId.None,
            IsUntracked: true
        );

    /// <summary>Returns the mode of a file on disk. A file that no longer exists counts as a regular file.</summary>
    private static string ModeOnDisk(Worktree worktree, string path)
    {
        var files = new WorktreeFileReaderAndWriter(worktree.Path);
        return files.KindOf(path) == FileSystemEntryKind.Link ? ChangedFile.SymbolicLink
            : files.IsExecutable(path) ? "100755"
            : "100644";
    }
}
