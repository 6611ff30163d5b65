namespace Orchestrator.Git.Worktrees;

/// <summary>The place where a worktree is to be: what stands there is removed where it is ours, and nobody's work.</summary>
internal sealed class WorktreePlace(GitRepository repository)
{
    /// <summary>Makes room.</summary>
    /// <exception cref="GitException">What stands there is somebody else's.</exception>
    public async Task ClearAsync(
        string path,
        string? admin,
        WorktreeClaims claims,
        WorktreeRequest request,
        CancellationToken cancellationToken
    )
    {
        if (request.IsOwnPlace || claims.IsClaimed(path))
        {
            claims.Claim(path);
            WorktreeReset.Remove(repository, path, DiscardPermit.OfOurMaking(path));
        }
        else if (admin is not null && WorktreeAdmin.IsOurs(admin))
        {
            // It was ready, and is not any more: its .git file is gone, or the folder was moved here. Somebody's work may be in it all the
            // same.
            var worktree = new Worktree(repository, path, admin);
            var permit =
                !Directory.Exists(path) ? DiscardPermit.OfOurMaking(path)
                : WorktreeAdmin.BranchOf(admin) is null ? DiscardPermit.OfNobody(worktree)
                : await DiscardPermit.KeepAsync(
                    worktree,
                    request.Keep
                        ?? throw new GitException(
                            $"'{path}' was a worktree of ours and is none any more; there may be work in it. Look at it and move it away."
                        ),
                    [],
                    cancellationToken
                );
            claims.Claim(path);
            WorktreeReset.Remove(repository, path, permit);
        }
        else if (admin is not null)
        {
            throw new GitException(
                $"'{path}' is a worktree of somebody else. Remove it (git worktree remove '{path}'), or set worktrees.dir to "
                    + "another folder."
            );
        }
        else if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new GitException(
                $"'{path}' is in the way: it is no worktree of this repository. Move it away, or set worktrees.dir to another folder."
            );
        }
    }
}
