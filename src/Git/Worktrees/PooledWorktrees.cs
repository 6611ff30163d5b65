namespace Orchestrator.Git.Worktrees;

/// <summary>Moves worktrees into and out of the pool, under the worktree lock. A worktree whose administration or index was tampered with
/// is not reused. At each point a crash leaves either a pooled worktree, an unfinished one (without marker), or an unknown folder in the
/// pool; the last two are removed later.</summary>
internal sealed class PooledWorktrees(GitRepository repository, WorktreePool pool)
{
    /// <summary>Files in the administration that change how git works there; a fresh worktree has none of them.</summary>
    private static readonly string[] Tampering = ["config.worktree", "info", "hooks", "refs", "modules"];

    private const string LockReason = "waits to be used again (orchestrate)";

    private readonly string _folder = Path.GetFullPath(pool.Folder);

    /// <summary>Moves a worktree into the pool, or removes it if it is not fit for reuse.</summary>
    internal async Task ReturnAsync(string path, string admin, DiscardPermit permit, CancellationToken cancellationToken)
    {
        permit.Check(path);
        await new WorktreeParents(repository).MakeAsync(_folder, cancellationToken);
        var claims = new WorktreeClaims(repository);
        claims.Claim(path);
        WorktreeAdmin.RemoveMarker(admin);
        var pooled = RemoveUnknown();
        var worktree = new Worktree(repository, path, admin);
        await new SubmoduleTrees(worktree).RemoveAsync(cancellationToken);
        if (
            pooled.Count >= pool.Capacity
            || !File.Exists(Path.Combine(path, ".git"))
            || WorktreeStatus.OperationIn(admin) != UnfinishedOperation.None
            || Tampering.Any(name => Path.Exists(Path.Combine(admin, name)))
            || await HidesFilesAsync(worktree, cancellationToken)
        )
        {
            WorktreeReset.Remove(repository, path, permit);
            return;
        }

        // First, so that after a crash it is known as a pooled one: otherwise the guard of a running agent would take the following steps
        // for that agent's.
        DurableFile.Write(Path.Combine(admin, WorktreeAdmin.PooledName), pool.KeepKey);

        if (!await new WorktreeHead(worktree).DetachAsync(cancellationToken))
        {
            WorktreeReset.Remove(repository, path, permit);
            return;
        }

        // For people who find it in 'git worktree list'.
        File.WriteAllText(Path.Combine(admin, "locked"), LockReason + "\n");
        Move(path, Path.Combine(_folder, Guid.NewGuid().ToString("N")), admin);
        claims.Release(path);
    }

    /// <summary>True if git was told to skip a file ("assume unchanged", "skip worktree"), so that a changed one would survive a checkout,
    /// or if it can't read the index.</summary>
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

    /// <summary>Moves a pooled worktree to a place; its files are still those of its last use.</summary>
    /// <returns>Its administration and whether its kept files fit, or null if there is none.</returns>
    internal (string Admin, bool Fits)? Take(string path, string lockReason)
    {
        var found = RemoveUnknown()
            .Select(entry =>
                (entry.Path, entry.Admin, Fits: DurableFile.TryRead(Path.Combine(entry.Admin, WorktreeAdmin.PooledName)) == pool.KeepKey)
            )
            .OrderByDescending(entry => entry.Fits)
            .FirstOrDefault();
        if (found.Admin is null)
        {
            return null;
        }
        File.Delete(Path.Combine(found.Admin, WorktreeAdmin.PooledName));
        if (Directory.Exists(path))
        {
            Directory.Delete(path); // Only an empty one comes here.
        }
        Move(found.Path, path, found.Admin);
        File.WriteAllText(Path.Combine(found.Admin, "locked"), lockReason + "\n"); // Only for people: not worth a sync.
        return (found.Admin, found.Fits);
    }

    /// <summary>The administration is changed first: after a crash in between, it is found without a folder, and the folder without
    /// administration. <c>git worktree move</c> has the other order, and refuses worktrees with submodules; git-worktree(1) describes the
    /// file for moving one by hand.</summary>
    private static void Move(string from, string to, string admin)
    {
        DurableFile.Write(Path.Combine(admin, "gitdir"), Path.Combine(to, ".git") + "\n");
        Directory.Move(from, to);
        WorktreeAdmin.WriteLink(to, admin);
    }

    /// <summary>Removes everything in the pool's folder that is no pooled worktree, and pool entries without a folder.</summary>
    /// <returns>Those that wait.</returns>
    private List<(string Path, string Admin)> RemoveUnknown()
    {
        var pooled = WorktreeAdmin.Pooled(repository).Where(entry => Path.GetDirectoryName(entry.Path) == _folder).ToList();
        foreach (var lost in pooled.Where(entry => !Directory.Exists(entry.Path)).ToList())
        {
            // A crash before its folder was moved; that is removed with its claim.
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
            if (WorktreeAdmin.Find(repository, unknown) is { } admin)
            {
                WorktreeAdmin.Remove(admin, unknown);
            }
            else
            {
                FolderRemover.RemoveOrPutAside(unknown);
            }
        }
        return pooled;
    }
}
