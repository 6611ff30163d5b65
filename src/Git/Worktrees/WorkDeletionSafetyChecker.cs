namespace Orchestrator.Git.Worktrees;

/// <summary>Result of checking whether something can be deleted without losing work.</summary>
/// <param name="IsProven">True if all of its content is retained elsewhere.</param>
/// <param name="Reason">Place that retains the content, or description of the content that would be lost.</param>
public sealed record WorkDeletionSafetyCheckResult(bool IsProven, string Reason);

/// <summary>
/// Checks that a deletion would lose nothing. A branch, worktree or snapshot may be deleted only if its content is reachable from retained
/// refs, or is superseded according to the run's record.
/// </summary>
public sealed class WorkDeletionSafetyChecker(GitRepository repository)
{
    private readonly GitCommitReaderAndWriter _commits = new(repository);

    /// <summary>Checks that a commit, such as the tip of a branch or a snapshot, may be deleted without losing work.</summary>
    /// <param name="keepers">Refs or commits that are retained, such as staging and the target.</param>
    /// <param name="superseded">Commits that are superseded according to the run's record.</param>
    public async Task<WorkDeletionSafetyCheckResult> CheckCommitAsync(
        string commit,
        IReadOnlyCollection<string> keepers,
        IReadOnlyCollection<string> superseded,
        CancellationToken cancellationToken = default
    )
    {
        if (superseded.Contains(commit))
        {
            return new WorkDeletionSafetyCheckResult(IsProven: true, $"{commit} is superseded in the run's record.");
        }
        if (await _commits.IsReachableFromAnyAsync(commit, keepers, cancellationToken))
        {
            return new WorkDeletionSafetyCheckResult(IsProven: true, $"{commit} is in the history of {string.Join(" or ", keepers)}.");
        }
        var info = await _commits.ReadAsync(commit, cancellationToken);
        if (info is null)
        {
            return new WorkDeletionSafetyCheckResult(IsProven: false, $"{commit} is not a commit of this repository.");
        }

        // A snapshot is a separate commit, but may have the files of a retained one: its parent, or the task's next commit.
        foreach (var keeper in superseded.Concat(keepers))
        {
            if (
                await _commits.ReadAsync(keeper, cancellationToken) is { } kept
                && kept.Tree == info.Tree
                && info.Parents is [var parent]
                && await _commits.IsReachableFromAnyAsync(parent, [.. keepers, .. superseded], cancellationToken)
            )
            {
                return new WorkDeletionSafetyCheckResult(IsProven: true, $"The files of {commit} are identical to those of {keeper}.");
            }
        }
        return new WorkDeletionSafetyCheckResult(
            IsProven: false,
            $"{commit} ({info.Subject}) is not in the history of any remaining branch."
        );
    }

    /// <summary>
    /// Checks that saved work, such as a snapshot, is retained elsewhere. Accepts work that is part of the retained history, as in
    /// <see cref="CheckCommitAsync"/>. Also accepts work if one commit of that history has the same content in every file that the work
    /// changed.
    /// </summary>
    /// <param name="commit">Commit with the saved work.</param>
    /// <param name="keepers">Refs or commits that are retained, such as landed commits.</param>
    public async Task<WorkDeletionSafetyCheckResult> CheckContentAsync(
        string commit,
        IReadOnlyCollection<string> keepers,
        CancellationToken cancellationToken = default
    )
    {
        var inHistory = await CheckCommitAsync(commit, keepers, [], cancellationToken);
        if (inHistory.IsProven)
        {
            return inHistory;
        }
        if (
            await _commits.ReadAsync(commit, cancellationToken) is { Parents: [var parent] } info
            && (await _commits.ReadAsync(parent, cancellationToken))?.Tree == info.Tree
        )
        {
            return await CheckContentAsync(parent, keepers, cancellationToken);
        }
        var search = new MergedWorkDetector(repository);
        foreach (var keeper in keepers)
        {
            if (await search.IsInAsync(commit, keeper, cancellationToken))
            {
                return new WorkDeletionSafetyCheckResult(IsProven: true, $"{keeper} contains the changes of {commit}.");
            }
        }
        return inHistory;
    }

    /// <summary>Checks that a worktree has no uncommitted changes, apart from ignored files, and checks its HEAD as in
    /// <see cref="CheckCommitAsync"/>.</summary>
    public async Task<WorkDeletionSafetyCheckResult> CheckWorktreeAsync(
        Worktree worktree,
        IReadOnlyCollection<string> keepers,
        IReadOnlyCollection<string> superseded,
        CancellationToken cancellationToken = default
    )
    {
        if (await WorktreeStatus.TryReadAsync(worktree, cancellationToken) is not { } status)
        {
            return new WorkDeletionSafetyCheckResult(
                IsProven: false,
                $"git can't read the status of '{worktree.Path}'; see 'git status' there."
            );
        }
        if (status.Entries.Count > 0)
        {
            return new WorkDeletionSafetyCheckResult(
                IsProven: false,
                $"'{worktree.Path}' has uncommitted work: {FileNameEncoding.List([.. status.Entries.Select(entry => entry.Path)])}."
            );
        }
        if (
            status.Head is not null
            && await new SubmoduleWorktreeManager(worktree).FindChangesAsync(status.Head, cancellationToken) is { Count: > 0 } inSubmodules
        )
        {
            return new WorkDeletionSafetyCheckResult(
                IsProven: false,
                $"'{worktree.Path}' has changes in a submodule: {FileNameEncoding.List([.. inSubmodules.Select(change => change.Path)])}."
            );
        }
        return status.Head is null
            ? new WorkDeletionSafetyCheckResult(IsProven: true, $"'{worktree.Path}' has no commit and no files.")
            : await CheckCommitAsync(status.Head, keepers, superseded, cancellationToken);
    }
}
