using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Merging;

/// <summary>A worktree that holds a merge in conflict, for an agent or a person to resolve.</summary>
/// <param name="worktree">The task's worktree; its work is committed.</param>
public sealed class ConflictWorktree(Worktree worktree)
{
    /// <summary>Merges a commit into the worktree and leaves the conflicts in its files, in the diff3 style
    /// (<see cref="WorktreeHead.UnmergedAsync"/> names them). Uncommitted changes are kept first. If the same merge was begun before, it is
    /// left as it is, with its resolutions.</summary>
    /// <param name="ours">The task's commit, on which the merge is made.</param>
    /// <param name="theirs">The commit that is merged in, usually staging's tip.</param>
    /// <param name="keep">Where uncommitted changes are kept.</param>
    /// <param name="appendedFiles">As in <see cref="Merges.MergeAsync"/>.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <returns>The ref that keeps uncommitted changes; null where there were none.</returns>
    public async Task<string?> BeginAsync(
        string ours,
        string theirs,
        KeepAs keep,
        IReadOnlyCollection<string>? appendedFiles = null,
        CancellationToken cancellationToken = default
    )
    {
        string? kept = null;
        var aside = new PristineAside(worktree);

        // git writes MERGE_HEAD after the files: if it exists, the files are complete.
        if (DurableFile.TryRead(Path.Combine(worktree.AdminDirectory, "MERGE_HEAD"))?.Trim() != theirs)
        {
            // A killed merge leaves files that no index names yet, and the next one would not overwrite them.
            var permit = await DiscardPermit.KeepAsync(worktree, keep, [ours], cancellationToken);
            kept = permit.Kept;
            if (WorktreeAdmin.BranchOf(worktree.AdminDirectory) is { } branch)
            {
                // The reset moves the checked-out branch, which may be one of the agent's own.
                await new WorktreeHead(worktree).AttachAsync(branch, cancellationToken);
            }
            await new WorktreeReset(worktree, permit).ToAsync(ours, cancellationToken);
            await aside.TakeAwayAsync(cancellationToken);
            await worktree.WriteAsync(
                worktree.Call("merge", "--no-commit", "--no-ff", "--quiet", "--no-autostash", "--no-verify-signatures", theirs) with
                {
                    AnswerCodes = [0, 1],
                    Environment = worktree.Repository.IdentityVariables,
                    Settings =
                    [
                        "merge.conflictStyle=diff3",
                        "rerere.enabled=false",
                        "merge.directoryRenames=false",
                        $"core.attributesFile={new Merges(worktree.Repository).AttributesFile(appendedFiles ?? [])}",
                    ],
                },
                cancellationToken
            );
        }
        await aside.PutBackAsync(cancellationToken);
        return kept;
    }

    /// <summary>Ends the merge for git, after <see cref="Snapshots.CommitAsync"/> has committed it with both parents.</summary>
    public async Task EndAsync(CancellationToken cancellationToken = default)
    {
        if (File.Exists(Path.Combine(worktree.AdminDirectory, "MERGE_HEAD")))
        {
            await worktree.WriteAsync(cancellationToken, "merge", "--quit");
        }
    }
}
