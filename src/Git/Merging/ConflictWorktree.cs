using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Merging;

/// <summary>A merge that waits in a worktree.</summary>
/// <param name="Conflicted">The files that are in conflict; none: it is clean and only wants to be committed.</param>
/// <param name="Kept">The ref under which what was not committed is kept; null where there was nothing.</param>
public sealed record BegunMerge(IReadOnlyList<string> Conflicted, string? Kept);

/// <summary>A worktree that holds a merge in conflict, for an agent or a person to resolve.</summary>
/// <param name="worktree">The task's worktree; its work is committed.</param>
public sealed class ConflictWorktree(Worktree worktree)
{
    /// <summary>Merges a commit into the worktree and leaves the conflicts in its files, in the style that shows the common base too. What
    /// was not committed is kept first. The same merge begun before: it is left as it is, with what was resolved meanwhile.</summary>
    /// <param name="ours">The task's commit, on which the merge is made.</param>
    /// <param name="theirs">The commit that is merged in, usually staging's tip.</param>
    /// <param name="keep">Where what was not committed is kept.</param>
    /// <param name="appendedFiles">As in <see cref="Merges.MergeAsync"/>.</param>
    /// <param name="cancellationToken">Is looked at between the steps.</param>
    public async Task<BegunMerge> BeginAsync(
        string ours,
        string theirs,
        KeepAs keep,
        IReadOnlyCollection<string>? appendedFiles = null,
        CancellationToken cancellationToken = default
    )
    {
        string? kept = null;

        // Git writes MERGE_HEAD after the files: if it is there, the files are.
        if (DurableFile.TryRead(Path.Combine(worktree.AdminDirectory, "MERGE_HEAD"))?.Trim() != theirs)
        {
            // A merge that was killed has left files that no index names yet, and the next one would not overwrite them.
            var permit = await DiscardPermit.KeepAsync(worktree, keep, [ours], cancellationToken);
            kept = permit.Kept;
            if (WorktreeAdmin.BranchOf(worktree.AdminDirectory) is { } branch)
            {
                // The reset moves the branch that is checked out, and that may be one of the agent's own.
                await new WorktreeHead(worktree).AttachAsync(branch, cancellationToken);
            }
            await new WorktreeReset(worktree, permit).ToAsync(ours, cancellationToken);
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
        var status = await WorktreeStatus.ReadAsync(worktree, cancellationToken);
        return new BegunMerge([.. status.Entries.Where(entry => entry.IsUnmerged).Select(entry => entry.Path)], kept);
    }

    /// <summary>After the merge was committed by <see cref="Snapshots.CommitAsync"/> with both parents: git forgets that it was going
    /// on.</summary>
    public async Task EndAsync(CancellationToken cancellationToken = default)
    {
        if (File.Exists(Path.Combine(worktree.AdminDirectory, "MERGE_HEAD")))
        {
            await worktree.WriteAsync(cancellationToken, "merge", "--quit");
        }
    }
}
