using Orchestrator.Activities.Gates;
using Orchestrator.Activities.Runs;
using Orchestrator.Contracts;
using Orchestrator.Git;
using Orchestrator.Plans;

namespace Orchestrator.Activities.Tasks;

/// <summary>
/// Merges a verified commit to staging without a checkout: the merged tree passes the gates first, then staging moves to it by compare-and-swap.
/// A commit on staging that names this run, task and round says that it was done before a crash. The worktree is given back by the task, while the next one is merged.
/// </summary>
internal sealed class TaskMerge(ActivityServices services)
{
    private readonly GateCheck _gates = new(services);

    public async Task<Contracts.MergeResult> MergeAsync(MergeTaskInput input, CancellationToken stop)
    {
        var files = RunFiles.Load(input.Repository, input.RunId, input.PlanHash);
        var task = files.Task(input.Request.TaskId);
        var place = new TaskPlace(await Repositories.OpenAsync(input.Repository.Path), files, task.Id);
        var commits = new Commits(place.Repository);
        var runBase = await place.Refs.ReadAsync(RunRefs.Base(files.Folder), stop);
        var trailers = new CommitTrailers(place.RunId, task.Id, input.Request.Round);
        while (true)
        {
            var staging = await place.StagingTipAsync(stop);
            if (await commits.FindMergedAsync(staging, runBase, trailers, stop) is { } done)
                return Merged(done.Id);
            if (await commits.IsAncestorAsync(input.Request.Commit, staging, stop))
                return Merged(staging, "nothing to merge: staging has it already");

            var merge = await new Merges(place.Repository).MergeAsync(staging, input.Request.Commit, files.AppendedFiles, stop);
            if (!merge.IsClean)
            {
                return new Contracts.MergeResult
                {
                    Message = $"Conflict with what was merged meanwhile: {string.Join(", ", merge.ConflictedFiles)}.",
                    ProblemsFile = ProblemsFile.Write(files.Folder, task.Id, input.Request.Round, await ConflictReport.WriteAsync(place, task, merge, staging, stop)),
                };
            }
            var commit = await commits.CreateAsync(merge.Tree, [staging, input.Request.Commit], $"Merge {task.Id}", trailers, stop);
            if (await FailedGatesAsync(files, place, task, commit, input, staging, stop) is { } refused)
                return refused;
            // Once begun it is seen through: who cancels is told what is merged and what is not.
            if ((await place.Refs.UpdateAsync([new RefChange(place.Staging, commit, staging)], $"merge {task.Id}", CancellationToken.None)).Done)
                return Merged(commit);
        }
    }

    private async Task<Contracts.MergeResult?> FailedGatesAsync(
        RunFiles files, TaskPlace place, PlanTask task, string commit, MergeTaskInput input, string staging, CancellationToken stop)
    {
        var gates = GateSpec.WithOwnNames([.. TaskGates.Of(files, task), .. files.Policy.IntegrationGates]);
        IReadOnlyList<string> changed = gates.Any(GateCheck.AsksForChangedFiles) ? [.. (await new Diffs(place.Repository).BetweenAsync(staging, commit, stop)).Select(c => c.Path)] : [];
        var evidence = Path.Combine(files.Folder.Task(task.Id), $"merge-gates-{input.Request.Round}");
        var failures = GateCheck.Failures(files, await _gates.RunAsync(files, place.Repository, commit, gates, changed, evidence, stop, isMerge: true, task: task.Id));
        if (failures.Count == 0)
            return null;
        var broken = failures.FirstOrDefault(f => f.Environment);
        return new Contracts.MergeResult
        {
            Message = broken?.Summary ?? $"On the merged tree: {string.Join(" ", failures.Select(f => f.Failure))}",
            FailureClass = broken is null ? FailureClasses.None : FailureClasses.Environment,
            ProblemsFile = ProblemsFile.Write(files.Folder, task.Id, input.Request.Round,
            [
                "Your work passes its gates alone, but not merged with what other tasks did meanwhile. Their work is now in your worktree; make both hold.\n",
                .. failures.Select(ProblemsFile.Gate),
            ]),
        };
    }

    private static Contracts.MergeResult Merged(string commit, string message = "") => new() { Merged = true, Commit = commit, Message = message };
}
