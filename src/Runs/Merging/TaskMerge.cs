using Orchestrator.Git.Merging;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging;

/// <summary>Merges a verified commit to staging without a checkout: the merged tree passes the gates first, then staging moves to it by
/// compare-and-swap. The run passes the position of staging. If the branch is one merge ahead, and that is this very commit by this run,
/// task and attempt, it was done before a crash; anything else is put back, except for merges of an execution that was reset. The task
/// gives back the worktree while the next one is merged.</summary>
/// <param name="services">What the steps need of this machine.</param>
/// <param name="caller">Finds out the state of the requesting execution.</param>
public sealed class TaskMerge(RunServices services, AskCaller caller)
{
    /// <summary>Merges the task. A conflict and a failed gate are results.</summary>
    /// <param name="input">The commit, and where staging has to be.</param>
    /// <param name="stop">Ends it before staging moves.</param>
    public async Task<Messages.MergeResult> MergeAsync(MergeTaskInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var task = files.Task(input.Request.TaskId);
        var workspace = new TaskWorkspace(await services.OpenRepositoryAsync(files), files, task.Id);
        var commits = new CommitStore(workspace.Repository);
        var trailers = MergeAttempt.TrailersOf(files, input.Request);
        var (record, recorded, note) = (workspace.StagingRecord, input.StagingTip, "");
        while (true)
        {
            recorded = await record.BringUpToDateAsync(recorded, caller, stop);
            var (tip, isAsRecorded) = await record.ReadAsync(recorded, stop);
            if (!isAsRecorded)
            {
                if (tip is not null && await IsThisMergeAsync(workspace, tip, recorded, input.Request, trailers, stop))
                {
                    return Merged(tip, note);
                }
                var (done, message) = await record.PutBackAsync(recorded, caller, stop);
                if (!done)
                {
                    throw new StepException(message, "StagingGone");
                }
                note = message;
                continue;
            }
            var staging = tip!;
            if (await commits.IsAncestorAsync(input.Request.Commit, staging, stop))
            {
                return Merged(staging, $"nothing to merge: staging has it already. {note}".TrimEnd());
            }
            var made = await new MergeAttempt(workspace.Repository, files, services.AskRun).MakeAsync(
                input.Request,
                staging,
                withEvidence: true,
                stop
            );
            if (made.Refusal is { } refusal)
            {
                return refusal;
            }
            var gated = await new MergeGates(services, workspace.Repository, files).RunAsync(
                [input.Request],
                staging,
                made.Commit,
                input.Tries,
                stop
            );
            if (gated.Refusal is { } red)
            {
                return red with { Flaky = gated.Gates.Flaky ?? [] };
            }
            if (await record.MoveAsync(made.Commit, staging, $"merge {task.Id}"))
            {
                var said = string.Join("; ", ((string[])[note, GateWords.OfMerge(gated.Gates)]).Where(text => text.Length > 0));
                return Merged(made.Commit, said) with { Flaky = gated.Gates.Flaky ?? [] };
            }
        }
    }

    /// <summary>Whether a commit is the requested merge, made before a crash: its content is made once more and compared.</summary>
    private static async Task<bool> IsThisMergeAsync(
        TaskWorkspace workspace,
        string tip,
        string recorded,
        MergeRequest request,
        CommitTrailers trailers,
        CancellationToken stop
    ) =>
        await new CommitStore(workspace.Repository).ReadAsync(tip, stop) is { Parents: [var on, var merged] } found
        && on == recorded
        && merged == request.Commit
        && found.Trailers is { } said
        && said.Run == trailers.Run
        && said.Task == trailers.Task
        && said.Attempt == trailers.Attempt
        && (await new Merges(workspace.Repository).MergeAsync(on, merged, workspace.Files.AppendedFiles, stop)) is { IsClean: true } merge
        && merge.Tree == found.Tree;

    internal static Messages.MergeResult Merged(string commit, string message = "") =>
        new()
        {
            Merged = true,
            Commit = commit,
            Message = message,
        };
}
