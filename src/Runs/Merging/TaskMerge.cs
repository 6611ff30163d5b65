using Orchestrator.Git.Commits;
using Orchestrator.Git.Merging;
using Orchestrator.Git.Program;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging;

/// <summary>
/// Merges a verified commit to staging without a checkout: the merged tree passes the gates first, then staging moves to it by
/// compare-and-swap.
/// Where staging has to be is told by the run. One merge more, of this very commit by this run, task and attempt, was done before a crash;
/// anything else is put back,
/// but for what an execution that was reset has merged. The worktree is given back by the task, while the next one is merged.
/// </summary>
/// <param name="services">What the steps need of this machine.</param>
/// <param name="caller">Asks for whom it is merged.</param>
public sealed class TaskMerge(RunServices services, AskCaller caller)
{
    private readonly GateCheck _gates = new(services);

    /// <summary>Merges it. A conflict and a gate that fails are results.</summary>
    /// <param name="input">The commit, and where staging has to be.</param>
    /// <param name="stop">Ends it before staging moves.</param>
    public async Task<Messages.MergeResult> MergeAsync(MergeTaskInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var task = files.Task(input.Request.TaskId);
        var workspace = new TaskWorkspace(await services.OpenRepositoryAsync(input.Repository.Path), files, task.Id);
        var commits = new CommitStore(workspace.Repository);
        var trailers = new CommitTrailers(workspace.RunId, task.Id, input.Request.Attempt);
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

            var merge = await new Merges(workspace.Repository).MergeAsync(staging, input.Request.Commit, files.AppendedFiles, stop);
            if (!merge.IsClean)
            {
                return new Messages.MergeResult
                {
                    Message = $"Conflict with what was merged meanwhile: {FileNames.Some(merge.ConflictedFiles, 20)}.",
                    ProblemsFile = ProblemsFile.Write(
                        files.Folder,
                        task.Id,
                        input.Request.Attempt,
                        await ConflictReport.WriteAsync(workspace, task, merge, staging, stop)
                    ),
                };
            }
            var commit = await commits.CreateAsync(merge.Tree, [staging, input.Request.Commit], $"Merge {task.Id}", trailers, stop);
            if (await LinksThatLeadOutAsync(files, workspace, task, commit, input, staging, stop) is { } outside)
            {
                return outside;
            }
            if (await LossesAsync(files, workspace, task, commit, input, stop) is { } lossy)
            {
                return lossy;
            }
            if (await FailedGatesAsync(files, workspace, task, commit, input, staging, stop) is { } refused)
            {
                return refused;
            }
            if (await record.MoveAsync(commit, staging, $"merge {task.Id}"))
            {
                return Merged(commit, note);
            }
        }
    }

    /// <summary>The merge that is asked for, made before a crash; what it holds is made once more and compared.</summary>
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

    /// <summary>Links of two tasks may stay inside alone and lead out together.</summary>
    private static async Task<Messages.MergeResult?> LinksThatLeadOutAsync(
        RunFiles files,
        TaskWorkspace workspace,
        PlanTask task,
        string commit,
        MergeTaskInput input,
        string staging,
        CancellationToken stop
    )
    {
        var changed = await new Diffs(workspace.Repository).BetweenAsync(staging, commit, stop);
        var links = await new TreeLinks(workspace.Repository).FindLeadingOutAsync(staging, commit, changed, stop);
        if (links.Count == 0)
        {
            return null;
        }
        var problem =
            "Merged with what other tasks did meanwhile, symbolic links lead out of the repository or into .git: "
            + $"{FileNames.Some(links, 20)}. Put files there, or links that stay inside.";
        return new Messages.MergeResult
        {
            Message = problem,
            ProblemsFile = ProblemsFile.Write(files.Folder, task.Id, input.Request.Attempt, [problem]),
        };
    }

    /// <summary>What either side had is in the merge, or it is not made.</summary>
    private static async Task<Messages.MergeResult?> LossesAsync(
        RunFiles files,
        TaskWorkspace workspace,
        PlanTask task,
        string commit,
        MergeTaskInput input,
        CancellationToken stop
    )
    {
        var lost = await new RunLosses(workspace.Repository, files).OfMergeAsync(commit, task, stop);
        if (lost.Count == 0)
        {
            return null;
        }
        var problem =
            $"Merged like this, work would be lost: {RunLosses.Describe(lost)}. What other tasks did is now in your worktree: keep it, "
            + "beside yours. In a file that you may only append to, take nothing away.";
        return new Messages.MergeResult
        {
            Message = problem,
            ProblemsFile = ProblemsFile.Write(files.Folder, task.Id, input.Request.Attempt, [problem]),
        };
    }

    private async Task<Messages.MergeResult?> FailedGatesAsync(
        RunFiles files,
        TaskWorkspace workspace,
        PlanTask task,
        string commit,
        MergeTaskInput input,
        string staging,
        CancellationToken stop
    )
    {
        var gates = files.Gates.OfMerge(files.Plan, task);
        IReadOnlyList<string> changed = gates.Any(GateCheck.AsksForChangedFiles)
            ? [.. (await new Diffs(workspace.Repository).BetweenAsync(staging, commit, stop)).Select(c => c.Path)]
            : [];
        var evidence = Path.Combine(files.Folder.Task(task.Id), $"merge-gates-{input.Request.Attempt}");
        var failures = GateCheck.Failures(
            files,
            await _gates.RunAsync(files, workspace.Repository, commit, gates, changed, evidence, stop, isMerge: true, task: task.Id)
        );
        if (failures.Count == 0)
        {
            return null;
        }
        var broken = failures.FirstOrDefault(f => f.BlamesMachine);
        return new Messages.MergeResult
        {
            Message = broken is not null
                ? GateCheck.Explain(files, broken)
                : $"On the merged tree: {string.Join(" ", failures.Select(f => GateCheck.Explain(files, f)))}",
            FailureClass = broken is null ? FailureClasses.None : FailureClasses.Environment,
            ProblemsFile = ProblemsFile.Write(
                files.Folder,
                task.Id,
                input.Request.Attempt,
                [
                    "Your work passes its gates alone, but not merged with what other tasks did meanwhile. Their work is now in "
                        + "your worktree; make both hold.\n",
                    .. failures.Select(ProblemsFile.Gate),
                ]
            ),
        };
    }

    private static Messages.MergeResult Merged(string commit, string message = "") =>
        new()
        {
            Merged = true,
            Commit = commit,
            Message = message,
        };
}
