using Orchestrator.Git.Commits;
using Orchestrator.Git.Refs;
using Orchestrator.Messages;
using Orchestrator.Plans;

namespace Orchestrator.Runs.Tasks;

/// <summary>Results of tasks, kept under the content key of the work they are of.</summary>
internal static class KeptResults
{
    /// <summary>
    /// Names the commit by its content key, so that the same work is never paid for again. A result is one commit on its base: the diff of
    /// all attempts.
    /// </summary>
    public static async Task KeepAsync(
        TaskWorkspace workspace,
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
        var commits = new CommitStore(workspace.Repository);
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
        var name = RunRefs.Result(input.Prepared.ContentKey);
        await workspace.Refs.UpdateAsync(
            [new RefChange(name, result, await workspace.Refs.ReadAsync(name, stop))],
            $"result of {task.Id}",
            stop
        );
    }
}
