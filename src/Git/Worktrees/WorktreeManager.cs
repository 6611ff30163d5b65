namespace Orchestrator.Git.Worktrees;

/// <summary>Creates, finds, resets and removes worktrees. Each operation can be repeated after a crash at any point.</summary>
public sealed class WorktreeManager(GitRepository repository)
{
    /// <summary>Returns the complete worktree at a path, or creates it. An incomplete worktree is removed and recreated.</summary>
    /// <exception cref="GitException">The path contains something that is not our worktree, or git refuses, for example because the branch
    /// is checked out elsewhere.</exception>
    public async Task<Worktree> EnsureAsync(WorktreeRequest request, CancellationToken cancellationToken = default)
    {
        var path = Path.GetFullPath(request.Path);
        using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
        var parents = new WorktreeFolders(repository);
        await parents.CheckAsync(Path.GetDirectoryName(path)!, cancellationToken);
        var admin = WorktreeAdminFolders.Find(repository, path);
        if (admin is not null && WorktreeAdminFolders.ReadMarker(admin, path) is { } marker)
        {
            return marker.Branch == request.Branch
                ? new Worktree(repository, path, admin)
                : throw new GitException(
                    $"The worktree '{path}' is in use with {marker.Branch ?? "no branch"}, but {request.Branch ?? "no branch"} is "
                        + "requested. "
                        + $"If its content is not needed: git worktree remove --force --force '{path}'"
                );
        }
        var claims = new WorktreeOperationJournal(repository);
        await new NewWorktreePathClearer(repository).ClearAsync(path, admin, claims, request, cancellationToken);
        claims.Claim(path);
        await parents.MakeAsync(Path.GetDirectoryName(path)!, cancellationToken);
        var files = new WorktreeCheckout(repository);
        if (!await files.TryReuseAsync(request, path, cancellationToken))
        {
            await files.AddAsync(request, path, cancellationToken);
        }
        admin =
            WorktreeAdminFolders.Find(repository, path)
            ?? throw new GitException(
                $"git created the worktree '{path}' but does not list it. Run 'git worktree list' in the " + "repository."
            );
        var made = new Worktree(repository, path, admin);
        await new SubmoduleWorktreeManager(made).SyncAsync(cancellationToken);
        WorktreeAdminFolders.WriteMarker(admin, path, request.Branch);
        claims.Release(path);
        return made;
    }

    /// <summary>True if the path belongs to the leftovers of a worktree that could not be removed completely.</summary>
    public static bool IsLeft(string path) => Path.GetFileName(path).Contains(FolderRemover.Left, StringComparison.Ordinal);

    /// <summary>
    /// Returns the worktree that orchestrate created at a path, or null if none exists there or its creation was never completed.
    /// </summary>
    public Worktree? Find(string path)
    {
        path = Path.GetFullPath(path);
        return WorktreeAdminFolders.Find(repository, path) is { } admin && WorktreeAdminFolders.ReadMarker(admin, path) is not null
            ? new Worktree(repository, path, admin)
            : null;
    }

    /// <summary>
    /// Returns the linked worktree at a path, no matter who created it, or null if there is none. Callers must only read a worktree that
    /// orchestrate did not create.
    /// </summary>
    public Worktree? FindLinked(string path)
    {
        path = Path.GetFullPath(path);
        return WorktreeAdminFolders.Find(repository, path) is { } admin ? new Worktree(repository, path, admin) : null;
    }

    /// <summary>
    /// Returns the repository's main checkout, or null for a bare repository. The main checkout belongs to the user, and only a landing
    /// writes to it.
    /// </summary>
    public Worktree? FindMainCheckout() =>
        repository.MainCheckout is { } path ? new Worktree(repository, path, repository.CommonDirectory) : null;

    /// <summary>
    /// Returns the user's checkout: the given linked worktree or, by default, the main checkout. Returns null if the checkout does not
    /// exist.
    /// </summary>
    /// <param name="linked">Path of the checkout if it is a linked worktree, or null for the main checkout.</param>
    public Worktree? FindCheckout(string? linked) =>
        linked is null ? FindMainCheckout()
        : Directory.Exists(linked) ? FindLinked(linked)
        : null;

    /// <summary>True if a run created the worktree with the given administrative folder. The worktree may be in use or pooled.</summary>
    /// <param name="admin">Git's administrative folder for the worktree.</param>
    public static bool IsOurs(string admin) => WorktreeAdminFolders.IsOurs(admin);

    /// <summary>
    /// Makes the files of a worktree, including submodules, identical to those of a commit. Discards changes, and removes untracked and
    /// ignored files unless they match <paramref name="keep"/>.
    /// </summary>
    /// <param name="worktree">Worktree created without a branch. Its HEAD is detached afterward.</param>
    /// <param name="keep">Patterns, as in <c>.gitignore</c>, of files that are not removed, such as <c>/node_modules/</c>.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    public static async Task CheckOutAsync(
        Worktree worktree,
        string commit,
        IEnumerable<string>? keep = null,
        CancellationToken cancellationToken = default
    )
    {
        var reset = new WorktreeContentDiscarder(worktree, WorktreeDiscardPermit.OfNobody(worktree));
        await reset.CheckOutAsync(["--detach", commit], cancellationToken);
        await reset.RemoveUntrackedAsync(keep, cancellationToken);
        await new SubmoduleWorktreeManager(worktree).SyncAsync(cancellationToken, sweeps: true, keep);
    }

    /// <summary>Removes a worktree, complete or not, with all its content and its administrative folder, but not its branch. Does nothing
    /// if the worktree does not exist.</summary>
    /// <param name="path">Folder of the worktree.</param>
    /// <param name="cancellationToken">Cancels waiting for the worktree lock.</param>
    /// <param name="permit">Proof that its content may be discarded. Can be null only for a worktree that was created without a branch or
    /// never completed.</param>
    public async Task RemoveAsync(string path, CancellationToken cancellationToken = default, WorktreeDiscardPermit? permit = null)
    {
        path = Path.GetFullPath(path);
        using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
        await new WorktreeFolders(repository).CheckAsync(Path.GetDirectoryName(path)!, cancellationToken);
        var claims = new WorktreeOperationJournal(repository);
        var admin = WorktreeAdminFolders.Find(repository, path);
        if (admin is not null && !WorktreeAdminFolders.IsOurs(admin) && !claims.IsClaimed(path))
        {
            throw new GitException(
                $"'{path}' is not a worktree of orchestrate, so it was not removed. To remove it by hand: git worktree remove '{path}'"
            );
        }
        if (claims.IsClaimed(path))
        {
            WorktreeContentDiscarder.Remove(repository, path, WorktreeDiscardPermit.OfOurMaking(path));
        }
        else if (admin is not null)
        {
            var worktree = new Worktree(repository, path, admin);
            permit ??= WorktreeDiscardPermit.OfNobody(worktree);
            await new SubmoduleWorktreeManager(worktree).RemoveAsync(cancellationToken);
            claims.Claim(path);
            WorktreeContentDiscarder.Remove(repository, path, permit);
        }
    }

    /// <summary>Returns a worktree to the pool. Does nothing if the worktree does not exist.</summary>
    public async Task ReturnAsync(
        string path,
        WorktreePool pool,
        WorktreeDiscardPermit permit,
        CancellationToken cancellationToken = default
    )
    {
        path = Path.GetFullPath(path);
        using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
        await new WorktreeFolders(repository).CheckAsync(Path.GetDirectoryName(path)!, cancellationToken);
        if (WorktreeAdminFolders.Find(repository, path) is { } admin && WorktreeAdminFolders.IsOurs(admin))
        {
            await new PooledWorktrees(repository, pool).ReturnAsync(path, admin, permit, cancellationToken);
        }
    }

    /// <summary>Returns the folders of the pooled worktrees.</summary>
    public IReadOnlyList<string> ListPooled() =>
        [.. WorktreeAdminFolders.Pooled(repository).Select(entry => entry.Path).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Removes incomplete worktrees that this program created below <paramref name="folder"/>. Other worktrees are not changed.
    /// </summary>
    /// <returns>Folders of the removed worktrees.</returns>
    public async Task<IReadOnlyList<string>> RemoveUnfinishedAsync(string folder, CancellationToken cancellationToken = default)
    {
        var claims = new WorktreeOperationJournal(repository);
        if (claims.Below(Path.GetFullPath(folder)).Count == 0)
        {
            return [];
        }

        // Worktrees are created under this lock, so a claim that exists while this method holds the lock is stale.
        using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
        var unfinished = claims.Below(Path.GetFullPath(folder));
        foreach (var path in unfinished)
        {
            WorktreeContentDiscarder.Remove(repository, path, WorktreeDiscardPermit.OfOurMaking(path));
        }
        return unfinished;
    }

    /// <summary>Lists all worktrees of the repository, the main checkout first, including those of the user and of other tools.</summary>
    public async Task<IReadOnlyList<ListedGitWorktree>> ListAsync(CancellationToken cancellationToken = default)
    {
        var output = await repository.ReadAsync(repository.Call("worktree", "list", "--porcelain", "-z"), cancellationToken);
        var list = ListedGitWorktree.ParseList(output.Text);

        // For a submodule and for --separate-git-dir, git 2.39 prints the git directory instead of the worktree.
        return repository.MainCheckout is { } main && list.Count > 0 ? [list[0] with { Path = main }, .. list.Skip(1)] : list;
    }
}
