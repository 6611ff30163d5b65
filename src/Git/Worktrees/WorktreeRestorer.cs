namespace Orchestrator.Git.Worktrees;

/// <summary>Changes that were reverted when a worktree was restored, and the untracked and ignored files that remain.</summary>
/// <param name="Changed">Tracked files that had been changed or removed.</param>
/// <param name="Removed">Files and folders that were removed because the commit does not contain them.</param>
/// <param name="Others">Untracked and ignored files and folders that remain.</param>
public sealed record WorktreeRestoreResult(IReadOnlyList<string> Changed, IReadOnlyList<string> Removed, IReadOnlySet<string> Others);

/// <summary>
/// Restores a worktree to a commit after each program that runs in the worktree. Compares the files with a separate index outside the
/// worktree, because a program can mark files as unchanged in the worktree's own index.
/// </summary>
public sealed class WorktreeRestorer
{
    /// <summary>
    /// Maximum number of rounds in one restore. A restored <c>.gitignore</c> file can reveal further files, which takes another round. Only
    /// deliberate tampering needs more rounds than this.
    /// </summary>
    private const int MostRounds = 4;

    private readonly Worktree _worktree;
    private readonly string _commit;
    private readonly string _index;
    private readonly Dictionary<string, string?> _variables;

    private WorktreeRestorer(Worktree worktree, string commit, string index)
    {
        (_worktree, _commit, _index) = (worktree, commit, index);

        // Git may update file times in this index, so that it does not read the same files again.
        _variables = new() { ["GIT_INDEX_FILE"] = index, ["GIT_OPTIONAL_LOCKS"] = "1" };
        Copy(IndexOf(worktree), index);
    }

    /// <summary>Checks out a commit in a worktree that was used before, and removes all other files.</summary>
    /// <param name="worktree">Worktree created without a branch.</param>
    /// <param name="index">Path of the separate index from the last use. If the index does not exist, all files are rewritten.</param>
    /// <exception cref="GitException">Git refuses, or the worktree was replaced.</exception>
    public static async Task<WorktreeRestorer> CheckOutAsync(
        Worktree worktree,
        string commit,
        string index,
        CancellationToken cancellationToken
    )
    {
        if (File.Exists(index))
        {
            Copy(index, IndexOf(worktree));
        }
        else
        {
            FolderRemover.Remove(IndexOf(worktree));
        }
        await WorktreeManager.CheckOutAsync(worktree, commit, keep: null, cancellationToken);
        return Of(worktree, commit, index);
    }

    /// <summary>Creates a restorer for a worktree in which no program has run since the commit was checked out.</summary>
    /// <param name="worktree">Worktree created without a branch.</param>
    /// <param name="index">Path of the separate index, which must be outside the reach of programs in the worktree.</param>
    public static WorktreeRestorer Of(Worktree worktree, string commit, string index) => new(worktree, commit, index);

    /// <summary>Restores the tracked files, the index and HEAD to the commit, and removes new files that are not ignored.</summary>
    /// <param name="kept">Untracked and ignored files and folders to keep, or null to keep all of them.</param>
    /// <param name="isNeverKept">True for the name of a new file that is always removed, even if it is ignored.</param>
    /// <returns>Restored files, or null if git refuses or the worktree contains an entry that may not be removed.</returns>
    public async Task<WorktreeRestoreResult?> TryRestoreAsync(
        IReadOnlySet<string>? kept,
        Func<string, bool> isNeverKept,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await RestoreAsync(kept, isNeverKept, cancellationToken);
        }
        catch (Exception refusal)
            when (refusal is WorktreeReplacedException or GitException { IsRefusal: true } or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private async Task<WorktreeRestoreResult?> RestoreAsync(
        IReadOnlySet<string>? kept,
        Func<string, bool> isNeverKept,
        CancellationToken cancellationToken
    )
    {
        var reset = new WorktreeContentDiscarder(_worktree, WorktreeDiscardPermit.OfNobody(_worktree));
        _worktree.CheckInPlace();
        await PutHeadBackAsync(cancellationToken);
        await new SubmoduleWorktreeManager(_worktree).SyncAsync(cancellationToken, sweeps: false);
        var written = new HashSet<string>(StringComparer.Ordinal);
        var removed = new List<string>();
        for (var round = 0; round < MostRounds; round++)
        {
            if (await DirtyWorktreeFiles.TryReadAsync(_worktree, _variables, cancellationToken) is not { Submodules: [] } found)
            {
                return null;
            }
            var surplus = kept is null ? [] : FindUnexpected(found, kept, isNeverKept);
            var changed = found.Changed.Where(path => !written.Contains(path)).ToList();
            if (changed.Count == 0 && surplus.Count == 0)
            {
                PutIndexBack();

                // A file that still differs after git wrote it from the commit always differs, for example because git would normalize a
                // line ending.
                return new WorktreeRestoreResult([.. written.Except(found.Changed)], removed, found.Others);
            }
            if (reset.Remove(surplus, cancellationToken).Count > 0)
            {
                return null;
            }
            removed.AddRange(surplus);
            if (changed.Count > 0)
            {
                await reset.PutBackAsync(_variables, changed, cancellationToken);
                written.UnionWith(changed);
            }
        }
        return null;
    }

    /// <summary>Moves only HEAD to another commit, so that the files appear as staged changes on that commit until the next
    /// <see cref="TryRestoreAsync"/>.</summary>
    /// <param name="commit">The commit.</param>
    public Task StageOnAsync(string commit, CancellationToken cancellationToken) =>
        _worktree.WriteAsync(cancellationToken, "update-ref", "--no-deref", "HEAD", commit);

    private static List<string> FindUnexpected(DirtyWorktreeFiles found, IReadOnlySet<string> kept, Func<string, bool> isNeverKept) =>
        [
            .. found
                .Others.Where(path => !kept.Contains(path))
                .Where(path => found.Untracked.Contains(path) || IsRule(path) || isNeverKept(path)),
        ];

    // A .gitignore file that ignores itself could also hide files beside it. In a folder that is ignored as a whole, the file is not listed
    // and hides nothing.
    private static bool IsRule(string path) => path == ".gitignore" || path.EndsWith("/.gitignore", StringComparison.Ordinal);

    private async Task PutHeadBackAsync(CancellationToken cancellationToken)
    {
        if (_worktree.Repository.Configuration.Get("extensions.refstorage") is not null)
        {
            // With another ref storage HEAD is not a file, so git must write it.
            if (await _worktree.ReadHeadAsync(cancellationToken) != _commit)
            {
                await _worktree.WriteAsync(cancellationToken, "update-ref", "--no-deref", "HEAD", _commit);
            }
            return;
        }
        var head = Path.Combine(_worktree.AdminDirectory, "HEAD");
        if (new FileInfo(head).LinkTarget is not null || DurableFile.TryRead(head)?.TrimEnd('\n') != _commit)
        {
            DurableFile.Write(head, _commit + "\n");
        }
    }

    private void PutIndexBack()
    {
        var used = IndexOf(_worktree);
        if (
            new FileInfo(used).LinkTarget is not null
            || SmallFileReader.TryRead(used) is not { } content
            || !content.AsSpan().SequenceEqual(File.ReadAllBytes(_index))
        )
        {
            Copy(_index, used);
        }
    }

    private static string IndexOf(Worktree worktree) => Path.Combine(worktree.AdminDirectory, "index");

    /// <summary>
    /// Replaces a file with a copy that has the same modification time. Git compares the modification time of the index with the times of
    /// its entries to decide which entries to check again.
    /// </summary>
    private static void Copy(string from, string to)
    {
        var time = File.GetLastWriteTimeUtc(from);
        using var content = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var file = SymlinkSafeFileWriter.Create(to);
        content.CopyTo(file);
        File.SetLastWriteTimeUtc(file.SafeFileHandle, time);
    }
}
