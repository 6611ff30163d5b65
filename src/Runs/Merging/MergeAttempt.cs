using Orchestrator.Git.Merging;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging;

/// <summary>A merge of a task's commit onto another one, as a commit without a ref: without conflicts, without links that lead outside,
/// without losses.</summary>
internal sealed class MergeAttempt(GitRepository repository, RunFiles files, AskRun ask)
{
    /// <summary>Makes the merge.</summary>
    /// <param name="request">The merge request.</param>
    /// <param name="onto">The commit that it is merged onto.</param>
    /// <param name="withEvidence">A refusal is written to a file for the agent, because what it conflicts with is on staging.</param>
    /// <param name="stop">Checked between the steps.</param>
    public async Task<MadeMerge> MakeAsync(MergeRequest request, string onto, bool withEvidence, CancellationToken stop)
    {
        var task = files.Task(request);
        var merge = await new Merges(repository).MergeAsync(onto, request.Commit, files.AppendedFiles, stop);
        if (request.Installs && (!merge.IsClean || await IsOutdatedAsync(request, onto, stop)))
        {
            return new MadeMerge(
                "",
                new Messages.MergeResult
                {
                    Message = "Others have changed the same package files; it is installed once more on those.",
                    FailureClass = FailureClasses.Transient,
                }
            );
        }
        if (!merge.IsClean)
        {
            return Refused(
                request,
                $"Conflict with what was merged meanwhile: {FileNames.Some(merge.ConflictedFiles, 20)}.",
                withEvidence
                    ? await ConflictReport.WriteAsync(new TaskWorkspace(repository, files, task.Id), task, merge, onto, stop)
                    : null,
                isConflict: true
            );
        }
        var commit = await new CommitStore(repository).CreateAsync(
            merge.Tree,
            [onto, request.Commit],
            request.Installs ? $"Merge packages for {task.Id}" : $"Merge {task.Id}",
            TrailersOf(files, request),
            stop
        );
        return await ProblemAsync(request, task, commit, onto, stop) is { } problem
            ? Refused(request, problem, withEvidence ? [problem] : null)
            : new MadeMerge(commit, Refusal: null);
    }

    /// <summary>Trailers of a merge commit. Packages are no task's work, so their trailers do not mark a task as merged.</summary>
    public static CommitTrailers TrailersOf(RunFiles files, MergeRequest request) =>
        new(files.Folder.Name, request.Installs ? PackagesOf(request.TaskId) : request.TaskId, request.Attempt);

    /// <summary>Task name in commits of packages: no task's id begins with a dot.</summary>
    public static string PackagesOf(string task) => $".packages-{task}";

    /// <summary>Lock files must be generated as a whole: a merge of two installations' lines may be something that no package manager
    /// resolved.</summary>
    private async Task<bool> IsOutdatedAsync(MergeRequest request, string onto, CancellationToken stop)
    {
        var diffs = new Diffs(repository);
        var installed = (await new CommitStore(repository).ReadAsync(request.Commit, stop))!;
        var made = (await diffs.BetweenAsync(installed.Parents[0], request.Commit, stop)).Select(change => change.Path);
        var meanwhile = (await diffs.BetweenAsync(installed.Parents[0], onto, stop)).Select(change => change.Path);
        return made.Intersect(meanwhile, StringComparer.Ordinal).Any();
    }

    private MadeMerge Refused(MergeRequest request, string message, IReadOnlyList<string>? evidence, bool isConflict = false) =>
        new(
            "",
            new Messages.MergeResult
            {
                Message = message,
                Conflict = isConflict,
                ProblemsFile = evidence is null ? "" : ProblemsFile.Write(files.Folder, request.TaskId, request.Attempt, evidence),
            }
        );

    private async Task<string?> ProblemAsync(MergeRequest request, PlanTask task, string commit, string onto, CancellationToken stop)
    {
        // Links of two tasks may each stay inside and lead outside together.
        var changed = await new Diffs(repository).BetweenAsync(onto, commit, stop);
        var links = await new TreeLinks(repository).FindLeadingOutAsync(onto, commit, changed, stop);
        if (links.Count > 0)
        {
            return "Merged with what other tasks did meanwhile, symbolic links lead out of the repository or into .git: "
                + $"{FileNames.Some(links, 20)}. Put files there, or links that stay inside.";
        }

        // The merge is refused unless it contains what either side had.
        var losses = new RunLosses(repository, files, ask);
        var lost = request.Installs ? await losses.OfPackagesAsync(commit, stop) : await losses.OfMergeAsync(commit, task, stop);
        return lost.Count == 0
            ? null
            : $"Merged like this, work would be lost: {RunLosses.Describe(lost)}. What other tasks did is now in your worktree: keep it, "
                + "beside yours. In a file that you may only append to, take nothing away.";
    }
}

/// <summary>Result of making a merge.</summary>
/// <param name="Commit">The merge; empty where it was refused.</param>
/// <param name="Refusal">Why it was refused; null where it was not.</param>
internal sealed record MadeMerge(string Commit, Messages.MergeResult? Refusal);
