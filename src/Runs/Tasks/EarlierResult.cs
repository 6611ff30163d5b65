using Orchestrator.Git.Commits;
using Orchestrator.Git.Merging;
using Orchestrator.Git.Refs;
using Orchestrator.Plans;

namespace Orchestrator.Runs.Tasks;

/// <summary>Work of an earlier run or attempt with the same key, which is taken up in place of an agent's.</summary>
internal static class EarlierResult
{
    /// <summary>
    /// Applies the diff of a result with this key to the present base as a commit of its own; null where there is none or it does not
    /// apply.
    /// </summary>
    public static async Task<string?> TakeUpAsync(
        TaskWorkspace workspace,
        PlanTask task,
        TaskNotes notes,
        string key,
        int attempt,
        CancellationToken stop
    )
    {
        var commits = new CommitStore(workspace.Repository);
        if (await workspace.Refs.ReadAsync(RunRefs.Result(key), stop) is not { } result)
        {
            return null;
        }

        // The branch has that very work on it, also as the agent's own commits: the run that it was done for was reset before it was
        // merged.
        if (
            await workspace.Refs.ReadAsync(workspace.Branch, stop) is { } own
            && await HasSameTreeAsync(commits, own, result, stop)
            && await commits.IsAncestorAsync(notes.Base, own, stop)
        )
        {
            return own;
        }
        var applied = await new Merges(workspace.Repository).ApplyAsync(result, notes.Base, task.FilesAppend.ToList(), stop);
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
            return null; // There is work of its own on the branch: that goes first.
        }
        return (
            await workspace.Refs.UpdateAsync([new RefChange(workspace.Branch, commit, before)], "taken up from an earlier result", stop)
        ).Done
            ? commit
            : null;
    }

    private static async Task<bool> HasSameTreeAsync(CommitStore commits, string one, string other, CancellationToken stop) =>
        (await commits.ReadAsync(one, stop))?.Tree is { } tree && tree == (await commits.ReadAsync(other, stop))?.Tree;

    /// <summary>Takes what was taken up off the branch again, where it did not pass.</summary>
    public static async Task ForgetAsync(TaskWorkspace workspace, TaskNotes notes, CancellationToken stop)
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
