using Orchestrator.Git;

namespace Orchestrator.Runs.Tasks;

/// <summary>What a task changed, read from git without an engine.</summary>
public static class TaskDiff
{
    /// <summary>The change as text, or null where there is neither commit nor worktree.</summary>
    /// <param name="mergeCommit">The commit that merged the task; empty before.</param>
    /// <param name="commit">The task's verified commit; empty before.</param>
    /// <param name="staging">The run's staging branch, which the task began from.</param>
    /// <param name="worktree">The task's worktree, which may be gone.</param>
    /// <returns>A patch: of work in progress, or that ended before it was verified, with what is not committed.</returns>
    public static async Task<Patch?> ReadAsync(
        RepositoryLocation repository,
        string mergeCommit,
        string commit,
        string staging,
        string worktree,
        CancellationToken cancellationToken
    )
    {
        var opened = await new GitRepositories().OpenAsync(repository.Root);
        var diffs = new Diffs(opened);
        if (mergeCommit.Length > 0)
        {
            return await diffs.PatchAsync(mergeCommit + "^1", mergeCommit, cancellationToken: cancellationToken);
        }
        if (commit.Length > 0)
        {
            return await diffs.PatchAsync(
                await BeginningAsync(new CommitStore(opened), commit, staging, cancellationToken),
                commit,
                cancellationToken: cancellationToken
            );
        }
        if (new WorktreeStore(opened).Find(worktree) is not { } live)
        {
            return null;
        }
        if (await live.ReadHeadAsync(cancellationToken) is not { } head)
        {
            return null;
        }
        return await new WorktreeDiff(live).PatchAsync(
            await BeginningAsync(new CommitStore(opened), head, staging, cancellationToken),
            cancellationToken
        );
    }

    // A task has one commit per attempt; what lies before the first of them is what it began from. Without one of its own it is there
    // still.
    private static async Task<string> BeginningAsync(
        CommitStore commits,
        string commit,
        string staging,
        CancellationToken cancellationToken
    )
    {
        if (staging.Length == 0 || await commits.ReadAsync(staging, cancellationToken) is null)
        {
            return commit + "^1";
        }
        var own = await commits.ListFirstParentsAsync(commit, staging, cancellationToken);
        return own.Count > 0 ? own[^1].Id + "^1" : commit;
    }
}
