namespace Orchestrator.Git.Worktrees;

/// <summary>Moves worktrees into and out of the pool, under the worktree lock. A worktree with a modified administrative folder or index
/// is not reused. A crash at any point leaves a pooled worktree, an incomplete one (without marker) or an unknown folder in the pool. The
/// last two are removed later.</summary>
internal sealed class PooledWorktrees(GitRepository repository, WorktreePool pool)
{
    /// <summary>
    /// Files and folders in the administrative folder that change the behavior of git in the worktree. A new worktree has none of them.
    /// </summary>
    private static readonly string[] Tampering = ["config.worktree", "info", "hooks", "refs", "modules"];

    private const string LockReason = "kept for later tasks (orchestrate)";

    private readonly string _folder = Path.GetFullPath(pool.Folder);

    /// <summary>Moves a worktree into the pool, or removes it if it can't be reused.</summary>
    internal async Task ReturnAsync(string path, string admin, WorktreeDiscardPermit permit, CancellationToken cancellationToken)
    {
        permit.Check(path);
        await new WorktreeFolders(repository).MakeAsync(_folder, cancellationToken);
        var claims = new WorktreeOperationJournal(repository);
        claims.Claim(path);
        WorktreeAdminFolders.RemoveMarker(admin);
        var pooled = RemoveUnknown();
        var worktree = new Worktree(repository, path, admin);
        await new SubmoduleWorktreeManager(worktree).RemoveAsync(cancellationToken);
        if (
            pooled.Count >= pool.Capacity
            || !File.Exists(Path.Combine(path, ".git"))
            || WorktreeStatus.OperationIn(admin) != UnfinishedGitOperation.None
            || Tampering.Any(name => Path.Exists(Path.Combine(admin, name)))
            || await HidesFilesAsync(worktree, cancellationToken)
        )
        {
            WorktreeContentDiscarder.Remove(repository, path, permit);
            return;
        }

        // Written first, so that the worktree counts as pooled even after a crash. Otherwise the guard of a running agent would attribute
        // the following steps to that agent.
        DurableFile.Write(Path.Combine(admin, WorktreeAdminFolders.PooledName), pool.KeepKey);

        if (!await new WorktreeHead(worktree).DetachAsync(cancellationToken))
        {
            WorktreeContentDiscarder.Remove(repository, path, permit);
            return;
        }

        // Shown to users by 'git worktree list'.
        File.WriteAllText(Path.Combine(admin, "locked"), LockReason + "\n");
        Move(path, Path.Combine(_folder, Guid.NewGuid().ToString("N")), admin);
        claims.Release(path);
    }

    /// <summary>
    /// True if the index marks a file as "assume unchanged" or "skip worktree", which would prevent a checkout from restoring it. True also
    /// if git can't read the index.
    /// </summary>
    private static async Task<bool> HidesFilesAsync(Worktree worktree, CancellationToken cancellationToken)
    {
        const char SkipWorktree = 'S';
        var output = await worktree.Repository.ReadAsync(
            worktree.Call("ls-files", "-v", "-z") with
            {
                AnswerCodes = [0, 1, 128],
            },
            cancellationToken
        );
        return output.ExitCode != 0 || output.Fields().Any(field => field[0] == SkipWorktree || char.IsAsciiLetterLower(field[0]));
    }

    /// <summary>Moves a pooled worktree to a path. The files remain as they were after the last use of the worktree.</summary>
    /// <returns>Its administrative folder, and true if its retained files match the key, or null if the pool is empty.</returns>
    internal (string Admin, bool Fits)? MoveTo(string path, string lockReason)
    {
        var found = RemoveUnknown()
            .Select(entry =>
                (
                    entry.Path,
                    entry.Admin,
                    Fits: DurableFile.TryRead(Path.Combine(entry.Admin, WorktreeAdminFolders.PooledName)) == pool.KeepKey
                )
            )
            .OrderByDescending(entry => entry.Fits)
            .FirstOrDefault();
        if (found.Admin is null)
        {
            return null;
        }
        File.Delete(Path.Combine(found.Admin, WorktreeAdminFolders.PooledName));
        if (Directory.Exists(path))
        {
            Directory.Delete(path); // Callers pass only missing or empty folders.
        }
        Move(found.Path, path, found.Admin);
        File.WriteAllText(Path.Combine(found.Admin, "locked"), lockReason + "\n"); // Only informs users, so it needs no sync.
        return (found.Admin, found.Fits);
    }

    /// <summary>
    /// Moves a worktree. Changes the administrative folder first, so that after a crash the two folders do not refer to each other as a
    /// complete worktree. Does not use <c>git worktree move</c>, which changes the administrative folder last and refuses worktrees with
    /// submodules.
    /// </summary>
    private static void Move(string from, string to, string admin)
    {
        DurableFile.Write(Path.Combine(admin, "gitdir"), Path.Combine(to, ".git") + "\n");
        Directory.Move(from, to);
        WorktreeAdminFolders.WriteLink(to, admin);
    }

    /// <summary>Removes everything in the pool's folder that is not a pooled worktree, and pool entries without a folder.</summary>
    /// <returns>The remaining pooled worktrees.</returns>
    private List<(string Path, string Admin)> RemoveUnknown()
    {
        var pooled = WorktreeAdminFolders.Pooled(repository).Where(entry => Path.GetDirectoryName(entry.Path) == _folder).ToList();
        foreach (var lost in pooled.Where(entry => !Directory.Exists(entry.Path)).ToList())
        {
            // A crash occurred before its folder was moved. The folder is removed with its claim.
            FolderRemover.Remove(lost.Admin);
            pooled.Remove(lost);
        }
        if (!Directory.Exists(_folder))
        {
            return pooled;
        }
        var known = pooled.Select(entry => entry.Path).ToHashSet();
        foreach (
            var unknown in Directory
                .EnumerateDirectories(_folder)
                .Where(path => !known.Contains(path) && !path.Contains(FolderRemover.Left, StringComparison.Ordinal))
        )
        {
            if (WorktreeAdminFolders.Find(repository, unknown) is { } admin)
            {
                WorktreeAdminFolders.Remove(admin, unknown);
            }
            else
            {
                FolderRemover.RemoveOrMoveAway(unknown);
            }
        }
        return pooled;
    }
}
