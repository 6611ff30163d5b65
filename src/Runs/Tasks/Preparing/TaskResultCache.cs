using Orchestrator.Git.Merging;
using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Caches the results of tasks, each under a hash of everything that determines the result. A later run or attempt with the same hash uses
/// the cached result, so that no agent is needed.
/// </summary>
internal static class TaskResultCache
{
    /// <summary>Stores a task's result as a single commit on top of the task's base commit, with the changes of all attempts.</summary>
    public static async Task KeepAsync(
        TaskBranchAndWorktree workspace,
        PlanTask task,
        VerifyTaskInput input,
        string commit,
        bool changed,
        CancellationToken stop
    )
    {
        if (!changed || input.Prepared.ContentKey.Length == 0 || input.Start == 0)
        {
            return;
        }
        var commits = new GitCommitReaderAndWriter(workspace.Repository);
        var info = (await commits.ReadAsync(commit, stop))!;
        var result =
            info.Parents is [var only] && only == input.Prepared.BaseCommit
                ? commit
                : await commits.CreateAsync(
                    info.Tree,
                    [input.Prepared.BaseCommit],
                    info.Subject,
                    new CommitTrailers(workspace.RunId, task.Id, input.Attempt, input.Prepared.ContentKey),
                    stop
                );
        var name = RunRefNameBuilder.Result(input.Prepared.ContentKey);
        await workspace.Refs.UpdateAsync(
            [new RefChange(name, result, await workspace.Refs.ReadAsync(name, stop))],
            $"result of {task.Id}",
            stop
        );
    }

    /// <summary>
    /// Applies the stored result with the given key to the task's base as one commit. Returns null if there is no such result, if it has
    /// conflicts, or if the task's branch contains other work.
    /// </summary>
    public static async Task<string?> ApplyStoredAsync(
        TaskBranchAndWorktree workspace,
        PlanTask task,
        TaskWorktreeRecord notes,
        string key,
        int attempt,
        CancellationToken stop
    )
    {
        var commits = new GitCommitReaderAndWriter(workspace.Repository);
        if (await workspace.Refs.ReadAsync(RunRefNameBuilder.Result(key), stop) is not { } result)
        {
            return null;
        }

        // If the run was reset between the work and its merge, the branch already has this work, possibly as the agent's own commits.
        if (
            await workspace.Refs.ReadAsync(workspace.Branch, stop) is { } own
            && await HasSameTreeAsync(commits, own, result, stop)
            && await commits.IsAncestorAsync(notes.Base, own, stop)
        )
        {
            return own;
        }
        var applied = await new TreeMerger(workspace.Repository).ApplyAsync(result, notes.Base, task.FilesAppend.ToList(), stop);
        if (!applied.IsClean)
        {
            return null;
        }
        var message = (await commits.ReadAsync(result, stop))!.Subject;
        var commit = await commits.CreateAsync(
            applied.Tree,
            [notes.Base],
            message,
            new CommitTrailers(workspace.RunId, task.Id, attempt, key),
            stop
        );
        (notes with { Reused = commit }).Write(workspace.Files.Folder, task.Id);
        var before = await workspace.Refs.ReadAsync(workspace.Branch, stop);
        if (before is not null && before != notes.Base && before != notes.Reused && before != commit)
        {
            return null; // The branch contains other work, which has precedence.
        }
        return (
            await workspace.Refs.UpdateAsync([new RefChange(workspace.Branch, commit, before)], "reused from an earlier result", stop)
        ).Done
            ? commit
            : null;
    }

    private static async Task<bool> HasSameTreeAsync(GitCommitReaderAndWriter commits, string one, string other, CancellationToken stop) =>
        (await commits.ReadAsync(one, stop))?.Tree is { } tree && tree == (await commits.ReadAsync(other, stop))?.Tree;

    /// <summary>
    /// Removes a cached result from the task's branch. Called if the task must be prepared without the result, for example because the
    /// result failed verification.
    /// </summary>
    public static async Task RemoveAppliedAsync(TaskBranchAndWorktree workspace, TaskWorktreeRecord notes, CancellationToken stop)
    {
        if (notes.Reused.Length > 0 && await workspace.Refs.ReadAsync(workspace.Branch, stop) == notes.Reused)
        {
            await workspace.Refs.UpdateAsync(
                [new RefChange(workspace.Branch, notes.Base, notes.Reused)],
                "an earlier result did not pass",
                stop
            );
        }
    }
}
