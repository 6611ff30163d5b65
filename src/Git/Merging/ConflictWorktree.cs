using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Merging;

/// <summary>A worktree that holds a conflicted merge for an agent or the user to resolve.</summary>
/// <param name="worktree">Worktree of a task whose work is committed.</param>
public sealed class ConflictWorktree(Worktree worktree)
{
    /// <summary>
    /// Merges a commit into the worktree and leaves the conflicts in the files, in diff3 style. <see cref="WorktreeHead.UnmergedAsync"/>
    /// lists the conflicted files. Uncommitted changes are first saved under a ref. If the same merge was started before, the worktree,
    /// with any resolved conflicts, is left unchanged.
    /// </summary>
    /// <param name="ours">Commit of the task, which becomes the first parent of the merge.</param>
    /// <param name="theirs">Commit to merge, usually the tip of staging.</param>
    /// <param name="keep">Destination for uncommitted changes.</param>
    /// <param name="appendedFiles">As in <see cref="TreeMerger.MergeAsync"/>.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    /// <returns>Ref that retains uncommitted changes, or null if there were none.</returns>
    public async Task<string?> BeginAsync(
        string ours,
        string theirs,
        RetentionTarget keep,
        IReadOnlyCollection<string>? appendedFiles = null,
        CancellationToken cancellationToken = default
    )
    {
        string? kept = null;
        var stash = new FalselyModifiedFileHider(worktree);

        // Git writes MERGE_HEAD after the files, so the files are complete if MERGE_HEAD exists.
        if (DurableFile.TryRead(Path.Combine(worktree.AdminDirectory, "MERGE_HEAD"))?.Trim() != theirs)
        {
            // A killed merge leaves files that are not yet in the index, and the next merge would not overwrite them.
            var permit = await WorktreeDiscardPermit.KeepAsync(worktree, keep, [ours], cancellationToken);
            kept = permit.Kept;
            if (WorktreeAdminFolders.BranchOf(worktree.AdminDirectory) is { } branch)
            {
                // The reset moves the checked-out branch, which may be a branch that the agent created.
                await new WorktreeHead(worktree).AttachAsync(branch, cancellationToken);
            }
            await new WorktreeContentDiscarder(worktree, permit).ToAsync(ours, cancellationToken);
            await stash.StashAsync(cancellationToken);
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
                        $"core.attributesFile={new TreeMerger(worktree.Repository).AttributesFile(appendedFiles ?? [])}",
                    ],
                },
                cancellationToken
            );
        }
        await stash.PutBackAsync(cancellationToken);
        return kept;
    }

    /// <summary>
    /// Removes the state of git's unfinished merge after <see cref="WorktreeContentSaver.CommitAsync"/> has committed the merge with both
    /// parents.
    /// </summary>
    public async Task EndAsync(CancellationToken cancellationToken = default)
    {
        if (File.Exists(Path.Combine(worktree.AdminDirectory, "MERGE_HEAD")))
        {
            await worktree.WriteAsync(cancellationToken, "merge", "--quit");
        }
    }
}
