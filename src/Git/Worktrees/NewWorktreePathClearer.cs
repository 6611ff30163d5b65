namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Removes existing files and folders at the path of a new worktree, if orchestrate created them or owns the path. Work in a damaged
/// worktree is saved first.
/// </summary>
internal sealed class NewWorktreePathClearer(GitRepository repository)
{
    /// <summary>Removes existing files and folders at the path of a new worktree, or throws if they do not belong to orchestrate.</summary>
    /// <exception cref="GitException">The content does not belong to this program.</exception>
    public async Task ClearAsync(
        string path,
        string? admin,
        WorktreeOperationJournal claims,
        WorktreeRequest request,
        CancellationToken cancellationToken
    )
    {
        if (request.IsOwnPlace || claims.IsClaimed(path))
        {
            claims.Claim(path);
            WorktreeContentDiscarder.Remove(repository, path, WorktreeDiscardPermit.OfOurMaking(path));
        }
        else if (admin is not null && WorktreeAdminFolders.IsOurs(admin))
        {
            // The worktree was complete and then damaged, because its .git file was removed or the folder was moved here. It may still
            // contain work.
            var worktree = new Worktree(repository, path, admin);
            var permit =
                !Directory.Exists(path) ? WorktreeDiscardPermit.OfOurMaking(path)
                : WorktreeAdminFolders.BranchOf(admin) is null ? WorktreeDiscardPermit.OfNobody(worktree)
                : await WorktreeDiscardPermit.KeepAsync(
                    worktree,
                    request.Keep
                        ?? throw new GitException(
                            $"'{path}' was a worktree of orchestrate but is no longer one. It may contain work; inspect it and move "
                                + "it away."
                        ),
                    [],
                    cancellationToken
                );
            claims.Claim(path);
            WorktreeContentDiscarder.Remove(repository, path, permit);
        }
        else if (admin is not null)
        {
            throw new GitException(
                $"'{path}' is a worktree of another program or user. Remove it (git worktree remove '{path}'), or set worktrees.dir to "
                    + "another folder."
            );
        }
        else if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new GitException(
                $"'{path}' is in the way and is not a worktree of this repository. Move it away, or set worktrees.dir to another folder."
            );
        }
    }
}
