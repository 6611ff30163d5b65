namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Manages the files of submodules in orchestrate's worktrees. Each submodule is a detached worktree of the submodule's repository in the
/// user's clone. Objects are not copied, the URLs in <c>.gitmodules</c> are not used, and a submodule that the clone has not initialized
/// stays an empty folder.
/// </summary>
public sealed class SubmoduleWorktreeManager(Worktree worktree)
{
    private readonly Submodules _submodules = new(worktree.Repository);

    /// <summary>Checks out each submodule at the commit that is recorded in the worktree's HEAD commit.</summary>
    /// <param name="cancellationToken">Checked between git calls.</param>
    /// <param name="sweeps">True to remove untracked and ignored files in submodules, except those in <paramref name="keep"/>.</param>
    /// <param name="keep">As in <see cref="WorktreeManager.CheckOutAsync"/>.</param>
    internal async Task SyncAsync(CancellationToken cancellationToken, bool sweeps = true, IEnumerable<string>? keep = null)
    {
        foreach (var submodule in await OfHeadAsync(cancellationToken))
        {
            if (await _submodules.FindRepositoryAsync(submodule, cancellationToken) is not { } repository)
            {
                continue;
            }
            var path = PathOf(submodule);
            if (!IsInPlace(path))
            {
                throw new WorktreeReplacedException(
                    $"'{path}' is reached through a symbolic link, so the submodule can't be checked out there. Remove the link."
                );
            }
            var worktrees = new WorktreeManager(repository);
            if (worktrees.Find(path) is { } tree)
            {
                var reset = new WorktreeContentDiscarder(tree, WorktreeDiscardPermit.OfNobody(tree));
                await reset.CheckOutAsync(["--detach", submodule.Commit], cancellationToken);
                if (sweeps)
                {
                    await reset.RemoveUntrackedAsync(keep, cancellationToken);
                }
                await new SubmoduleWorktreeManager(tree).SyncAsync(cancellationToken, sweeps, keep);
                continue;
            }
            RemoveLost(repository);
            var request = new WorktreeRequest(path, submodule.Commit) { IsOwnPlace = true, LockReason = "a submodule (orchestrate)" };
            await worktrees.EnsureAsync(request, cancellationToken);
        }
    }

    /// <summary>
    /// Removes the administrative folders of submodule worktrees whose folder no longer exists, for example after a crash.
    /// </summary>
    private static void RemoveLost(GitRepository repository)
    {
        var lost = WorktreeAdminFolders
            .All(repository)
            .Where(entry => WorktreeAdminFolders.IsOurs(entry.Admin) && !Directory.Exists(entry.Path));
        foreach (var (path, _) in lost.ToList())
        {
            WorktreeContentDiscarder.Remove(repository, path, WorktreeDiscardPermit.OfOurMaking(path));
        }
    }

    /// <summary>Removes the submodules' files and administrative folders before the worktree is removed or moved.</summary>
    internal async Task RemoveAsync(CancellationToken cancellationToken)
    {
        foreach (var (submodule, repository, _) in await FindTreesAsync(await OfHeadAsync(cancellationToken), cancellationToken))
        {
            await new WorktreeManager(repository).RemoveAsync(PathOf(submodule), cancellationToken);
            File.Delete(worktree.SetupMark); // Also removes files that the set-up created in submodules.
        }
        File.Delete(NoteFile);
    }

    /// <summary>Returns the paths of all submodules in the worktree's commit.</summary>
    public async Task<IReadOnlyList<string>> PathsAsync(CancellationToken cancellationToken = default) =>
        [.. (await OfHeadAsync(cancellationToken)).Select(submodule => submodule.Path)];

    /// <summary>
    /// Records existing differences in submodules, such as files built by the set-up, before an agent works in the worktree.
    /// <see cref="FindChangesAsync"/> ignores recorded differences.
    /// </summary>
    public async Task NoteAsync(CancellationToken cancellationToken = default)
    {
        var submodules = await OfHeadAsync(cancellationToken);
        if (submodules.Count > 0)
        {
            var changes = await ReadChangesAsync(submodules, cancellationToken);
            DurableFile.Write(NoteFile, string.Join('\0', changes.Select(change => change.Path)));
        }
    }

    /// <summary>
    /// Returns files in submodules that differ from the submodule's commit. Includes untracked files, but neither ignored files nor
    /// differences that were recorded before. No merge includes these files, because they belong to another repository.
    /// </summary>
    /// <param name="commit">Commit whose submodules are inspected.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    public async Task<IReadOnlyList<SubmoduleChange>> FindChangesAsync(string commit, CancellationToken cancellationToken = default)
    {
        var submodules = await _submodules.OfCommitAsync(commit, cancellationToken);
        if (submodules.Count == 0)
        {
            return [];
        }
        var noted = (DurableFile.TryRead(NoteFile) ?? "").Split('\0').ToHashSet(StringComparer.Ordinal);
        return [.. (await ReadChangesAsync(submodules, cancellationToken)).Where(change => !noted.Contains(change.Path))];
    }

    private async Task<IReadOnlyList<SubmoduleChange>> ReadChangesAsync(
        IReadOnlyList<Submodule> submodules,
        CancellationToken cancellationToken
    )
    {
        var trees = (await FindTreesAsync(submodules, cancellationToken)).ToDictionary(found => found.Submodule, found => found.Tree);
        var changes = new List<SubmoduleChange>();
        foreach (var submodule in submodules)
        {
            changes.AddRange(
                trees.TryGetValue(submodule, out var tree)
                    ? await ChangesInAsync(submodule, tree, cancellationToken)
                    : new WorktreeFileReaderAndWriter(worktree.Path)
                        .List(submodule.Path)
                        .Where(name => name != ".git")
                        .Select(name => new SubmoduleChange(submodule.Path, $"{submodule.Path}/{name}", IsNew: true))
            );
        }
        return changes;
    }

    private async Task<IEnumerable<SubmoduleChange>> ChangesInAsync(Submodule submodule, Worktree tree, CancellationToken cancellationToken)
    {
        // Uses the administrative folder that this program created, because an agent may have changed the .git file to name another
        // repository.
        if (
            !IsInPlace(tree.Path)
            || tree.FindReplacement() is not null
            || await WorktreeStatus.TryReadAsync(tree, cancellationToken) is not { } status
            || status.Head != submodule.Commit
        )
        {
            return [new SubmoduleChange(submodule.Path, submodule.Path, IsNew: false)];
        }
        var changes = status.Entries.Select(entry => new SubmoduleChange(
            submodule.Path,
            $"{submodule.Path}/{entry.Path}",
            entry.IsUntracked
        ));
        var nested = await new SubmoduleWorktreeManager(tree).FindChangesAsync(submodule.Commit, cancellationToken);
        return changes.Concat(
            nested.Select(change => new SubmoduleChange(
                $"{submodule.Path}/{change.Submodule}",
                $"{submodule.Path}/{change.Path}",
                change.IsNew
            ))
        );
    }

    private async Task<IReadOnlyList<Submodule>> OfHeadAsync(CancellationToken cancellationToken) =>
        File.Exists(Path.Combine(worktree.Path, ".gitmodules")) && await worktree.ReadHeadAsync(cancellationToken) is { } head
            ? await _submodules.OfCommitAsync(head, cancellationToken)
            : [];

    /// <summary>Returns the submodules that are checked out in this worktree.</summary>
    private async Task<IReadOnlyList<(Submodule Submodule, GitRepository Repository, Worktree Tree)>> FindTreesAsync(
        IEnumerable<Submodule> submodules,
        CancellationToken cancellationToken
    )
    {
        var trees = new List<(Submodule, GitRepository, Worktree)>();
        foreach (var submodule in submodules)
        {
            if (
                await _submodules.FindRepositoryAsync(submodule, cancellationToken) is { } repository
                && new WorktreeManager(repository).FindLinked(PathOf(submodule)) is { } tree
                && WorktreeManager.IsOurs(tree.AdminDirectory)
            )
            {
                trees.Add((submodule, repository, tree));
            }
        }
        return trees;
    }

    private string NoteFile => Path.Combine(worktree.AdminDirectory, "orchestrator-submodules");

    private string PathOf(Submodule submodule) => Path.Combine(worktree.Path, submodule.Path);

    private bool IsInPlace(string path) =>
        GitRepository.RealPath(path) == Path.Combine(GitRepository.RealPath(worktree.Path), Path.GetRelativePath(worktree.Path, path));
}

/// <summary>A file in a submodule that differs from the submodule's commit.</summary>
/// <param name="Submodule">Folder of the submodule, relative to the root.</param>
/// <param name="Path">Path of the file, relative to the root.</param>
/// <param name="IsNew">True if the commit does not contain the file.</param>
public sealed record SubmoduleChange(string Submodule, string Path, bool IsNew);
