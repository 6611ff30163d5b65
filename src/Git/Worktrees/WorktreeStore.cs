namespace Orchestrator.Git.Worktrees;

/// <summary>Creates, finds, resets and removes worktrees. Each operation can be repeated after a crash at any point.</summary>
public sealed class WorktreeStore(GitRepository repository)
{
    /// <summary>The worktree at a place: an existing finished one, else a new one. An unfinished one is removed and created
    /// again.</summary>
    /// <exception cref="GitException">Something that is no worktree of ours is at the place, or git refuses (for example: the branch is
    /// checked out elsewhere).</exception>
    public async Task<Worktree> EnsureAsync(WorktreeRequest request, CancellationToken cancellationToken = default)
    {
        var path = Path.GetFullPath(request.Path);
        using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
        var parents = new WorktreeParents(repository);
        await parents.CheckAsync(Path.GetDirectoryName(path)!, cancellationToken);
        var admin = WorktreeAdmin.Find(repository, path);
        if (admin is not null && WorktreeAdmin.ReadMarker(admin, path) is { } marker)
        {
            return marker.Branch == request.Branch
                ? new Worktree(repository, path, admin)
                : throw new GitException(
                    $"The worktree '{path}' is in use with {marker.Branch ?? "no branch"}, but {request.Branch ?? "no branch"} is wanted. "
                        + $"If nothing in it is needed: git worktree remove --force --force '{path}'"
                );
        }
        var claims = new WorktreeClaims(repository);
        await new WorktreePlace(repository).ClearAsync(path, admin, claims, request, cancellationToken);
        claims.Claim(path);
        await parents.MakeAsync(Path.GetDirectoryName(path)!, cancellationToken);
        var files = new WorktreeCheckout(repository);
        if (!await files.TryReuseAsync(request, path, cancellationToken))
        {
            await files.AddAsync(request, path, cancellationToken);
        }
        admin =
            WorktreeAdmin.Find(repository, path)
            ?? throw new GitException($"git made the worktree '{path}' but does not list it. Run 'git worktree list' in the repository.");
        var made = new Worktree(repository, path, admin);
        await new SubmoduleTrees(made).SyncAsync(cancellationToken);
        WorktreeAdmin.WriteMarker(admin, path, request.Branch);
        claims.Release(path);
        return made;
    }

    /// <summary>True for the remains of a worktree that could not be removed.</summary>
    public static bool IsLeft(string path) => Path.GetFileName(path).Contains(FolderRemover.Left, StringComparison.Ordinal);

    /// <summary>The finished worktree at a place, or null.</summary>
    public Worktree? Find(string path)
    {
        path = Path.GetFullPath(path);
        return WorktreeAdmin.Find(repository, path) is { } admin && WorktreeAdmin.ReadMarker(admin, path) is not null
            ? new Worktree(repository, path, admin)
            : null;
    }

    /// <summary>The linked worktree at a place, whoever created it, or null: one that is not ours must only be read.</summary>
    public Worktree? FindLinked(string path)
    {
        path = Path.GetFullPath(path);
        return WorktreeAdmin.Find(repository, path) is { } admin ? new Worktree(repository, path, admin) : null;
    }

    /// <summary>The main checkout as a worktree, or null in a bare repository. It is the user's: only landing writes in it.</summary>
    public Worktree? FindMainCheckout() =>
        repository.MainCheckout is { } path ? new Worktree(repository, path, repository.CommonDirectory) : null;

    /// <summary>A person's checkout, or null where it is gone.</summary>
    /// <param name="linked">Its path, where it is a linked worktree; null: the main checkout.</param>
    public Worktree? FindCheckout(string? linked) =>
        linked is null ? FindMainCheckout()
        : Directory.Exists(linked) ? FindLinked(linked)
        : null;

    /// <summary>True where runs made the worktree of an administration, finished or pooled, for their own steps.</summary>
    /// <param name="admin">Git's folder for it.</param>
    public static bool IsOurs(string admin) => WorktreeAdmin.IsOurs(admin);

    /// <summary>Checks out exactly a commit, with its submodules: changes, untracked and ignored files are removed, but not those in
    /// <paramref name="keep"/>.</summary>
    /// <param name="worktree">The worktree, created without a branch; detached afterwards.</param>
    /// <param name="keep">Patterns as in <c>.gitignore</c> that are not cleaned, such as <c>/node_modules/</c>.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    public static async Task CheckOutAsync(
        Worktree worktree,
        string commit,
        IEnumerable<string>? keep = null,
        CancellationToken cancellationToken = default
    )
    {
        var reset = new WorktreeReset(worktree, DiscardPermit.OfNobody(worktree));
        await reset.CheckOutAsync(["--detach", commit], cancellationToken);
        await reset.SweepAsync(keep, cancellationToken);
        await new SubmoduleTrees(worktree).SyncAsync(cancellationToken, sweeps: true, keep);
    }

    /// <summary>Removes a worktree with everything in it, finished or not, and its administration; its branch stays. Does nothing if there
    /// is none.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="cancellationToken">Ends waiting for others that create or remove worktrees.</param>
    /// <param name="permit">Proof that its content may be discarded; null only for one that was created without a branch, or never
    /// finished.</param>
    public async Task RemoveAsync(string path, CancellationToken cancellationToken = default, DiscardPermit? permit = null)
    {
        path = Path.GetFullPath(path);
        using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
        await new WorktreeParents(repository).CheckAsync(Path.GetDirectoryName(path)!, cancellationToken);
        var claims = new WorktreeClaims(repository);
        var admin = WorktreeAdmin.Find(repository, path);
        if (admin is not null && !WorktreeAdmin.IsOurs(admin) && !claims.IsClaimed(path))
        {
            throw new GitException(
                $"'{path}' is a worktree, but not one of ours; it was not removed. To do it by hand: git worktree remove '{path}'"
            );
        }
        if (claims.IsClaimed(path))
        {
            WorktreeReset.Remove(repository, path, DiscardPermit.OfOurMaking(path));
        }
        else if (admin is not null)
        {
            var worktree = new Worktree(repository, path, admin);
            permit ??= DiscardPermit.OfNobody(worktree);
            await new SubmoduleTrees(worktree).RemoveAsync(cancellationToken);
            claims.Claim(path);
            WorktreeReset.Remove(repository, path, permit);
        }
    }

    /// <summary>Returns a worktree to the pool. Does nothing if there is none.</summary>
    public async Task ReturnAsync(string path, WorktreePool pool, DiscardPermit permit, CancellationToken cancellationToken = default)
    {
        path = Path.GetFullPath(path);
        using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
        await new WorktreeParents(repository).CheckAsync(Path.GetDirectoryName(path)!, cancellationToken);
        if (WorktreeAdmin.Find(repository, path) is { } admin && WorktreeAdmin.IsOurs(admin))
        {
            await new PooledWorktrees(repository, pool).ReturnAsync(path, admin, permit, cancellationToken);
        }
    }

    /// <summary>Folders of the pooled worktrees.</summary>
    public IReadOnlyList<string> ListPooled() =>
        [.. WorktreeAdmin.Pooled(repository).Select(entry => entry.Path).Order(StringComparer.Ordinal)];

    /// <summary>Removes every unfinished worktree of ours below <paramref name="folder"/>; others are not touched.</summary>
    /// <returns>Their folders.</returns>
    public async Task<IReadOnlyList<string>> RemoveUnfinishedAsync(string folder, CancellationToken cancellationToken = default)
    {
        var claims = new WorktreeClaims(repository);
        if (claims.Below(Path.GetFullPath(folder)).Count == 0)
        {
            return [];
        }

        // Creation takes this lock, so claims seen while holding it are stale.
        using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
        var unfinished = claims.Below(Path.GetFullPath(folder));
        foreach (var path in unfinished)
        {
            WorktreeReset.Remove(repository, path, DiscardPermit.OfOurMaking(path));
        }
        return unfinished;
    }

    /// <summary>All worktrees of the repository, the main checkout first, also those of the user and of other tools.</summary>
    public async Task<IReadOnlyList<WorktreeInfo>> ListAsync(CancellationToken cancellationToken = default)
    {
        var output = await repository.ReadAsync(repository.Call("worktree", "list", "--porcelain", "-z"), cancellationToken);
        var list = WorktreeInfo.ParseList(output.Text);

        // For a submodule and for --separate-git-dir git prints the git directory here (2.39).
        return repository.MainCheckout is { } main && list.Count > 0 ? [list[0] with { Path = main }, .. list.Skip(1)] : list;
    }
}
