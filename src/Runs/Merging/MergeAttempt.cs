using Orchestrator.Git.Merging;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging;

/// <summary>
/// Merges a task's commit onto another commit without moving a ref. A merge is accepted only if it has no conflict, no link that leads
/// outside the repository, and no lost change.
/// </summary>
internal sealed class MergeAttempt(GitRepository repository, RunPlanAndSettings files, AskRun ask)
{
    /// <summary>Merges the commit of a request onto another commit, without moving a ref.</summary>
    /// <param name="request">The merge request.</param>
    /// <param name="onto">Commit onto which the task's commit is merged.</param>
    /// <param name="withEvidence">True to write the reason for a rejection to a file for the agent. Use this only if the conflicting work
    /// is already on staging.</param>
    /// <param name="stop">Cancels between the steps.</param>
    /// <returns>The created merge, a rejection, or a conflict.</returns>
    public async Task<MergeResult> MakeAsync(TaskMergeRequest request, string onto, bool withEvidence, CancellationToken stop)
    {
        var task = files.Task(request);
        var merge = await new TreeMerger(repository).MergeAsync(onto, request.Commit, files.AppendedFiles, stop);
        if (request.Installs && (!merge.IsClean || await IsOutdatedAsync(request, onto, stop)))
        {
            return Of(request, onto) with
            {
                Message = "Other tasks changed the same package files, so the packages are installed again on top of them.",
                FailureClass = FailureClass.Transient,
            };
        }
        if (!merge.IsClean)
        {
            var conflict = Refused(
                request,
                onto,
                $"Conflict with work merged in the meantime: {FileNameEncoding.List(merge.ConflictedFiles, 20)}.",
                withEvidence
                    ? await ConflictReport.WriteAsync(new TaskBranchAndWorktree(repository, files, task.Id), task, merge, onto, stop)
                    : null
            );
            return conflict with { Outcome = MergeOutcome.Conflict };
        }
        var commit = await new GitCommitReaderAndWriter(repository).CreateAsync(
            merge.Tree,
            [onto, request.Commit],
            request.Installs ? $"Merge packages for {task.Id}" : $"Merge {task.Id}",
            TrailersOf(request),
            stop
        );
        return await ProblemAsync(request, task, commit, onto, stop) is { } problem
            ? Refused(request, onto, problem, withEvidence ? [problem] : null)
            : Of(request, onto) with
            {
                Outcome = MergeOutcome.Made,
                Commit = commit,
                Tree = merge.Tree,
            };
    }

    /// <summary>
    /// Determines whether a step that was killed had already merged the commits of the requests. Each merge is recreated and compared with
    /// the commits on staging after the recorded tip.
    /// </summary>
    /// <param name="requests">The requests that may already be merged.</param>
    /// <param name="recorded">The recorded position of staging.</param>
    /// <param name="tip">Current position of staging.</param>
    /// <returns>The results of the merged requests, or null if staging has any other new commit.</returns>
    public async Task<IReadOnlyList<MergeResult>?> FindMergedAsync(
        IReadOnlyList<TaskMergeRequest> requests,
        string recorded,
        string tip,
        CancellationToken stop
    )
    {
        if (!await repository.HasCommitAsync(recorded, stop))
        {
            return null;
        }
        var chain = (await new GitCommitReaderAndWriter(repository).ListFirstParentsAsync(tip, recorded, stop)).Reverse().ToList();
        if (chain.Count == 0 || chain.Count > requests.Count || chain[0].Parents is not [var first, ..] || first != recorded)
        {
            return null;
        }
        var merged = new List<MergeResult>();
        foreach (var commit in chain)
        {
            if (
                commit.Parents is not [var onto, var work]
                || requests.FirstOrDefault(request => request.Commit == work && IsBy(commit.Trailers, request)) is not { } request
                || await new TreeMerger(repository).MergeAsync(onto, work, files.AppendedFiles, stop) is not { IsClean: true } merge
                || merge.Tree != commit.Tree
            )
            {
                return null;
            }
            merged.Add(Of(request, onto) with { Outcome = MergeOutcome.Merged, Commit = commit.Id });
        }
        return merged;
    }

    /// <summary>Creates the result of a request whose outcome is not known yet.</summary>
    /// <param name="onto">Commit onto which the request is merged.</param>
    public static MergeResult Of(TaskMergeRequest request, string onto) =>
        new()
        {
            TaskId = request.TaskId,
            Attempt = request.Attempt,
            Onto = onto,
        };

    /// <summary>
    /// Creates the trailers of a merge commit. If the commit installs packages, its trailers do not mark the task as merged, because
    /// packages are not the task's work.
    /// </summary>
    private CommitTrailers TrailersOf(TaskMergeRequest request) =>
        new(files.Folder.Name, request.Installs ? PackagesOf(request.TaskId) : request.TaskId, request.Attempt);

    private bool IsBy(CommitTrailers? said, TaskMergeRequest request)
    {
        var own = TrailersOf(request);
        return said is not null && (said.Run, said.Task, said.Attempt) == (own.Run, own.Task, own.Attempt);
    }

    /// <summary>
    /// Returns the name that replaces the task id in commits of installed packages. It never equals a task id, because task ids do not
    /// start with a dot.
    /// </summary>
    public static string PackagesOf(string task) => $".packages-{task}";

    /// <summary>
    /// True if staging has changed a manifest or lock file that the package installation also changed. The packages are then installed
    /// again, because a line-based merge of a lock file could contain versions that no package manager resolved.
    /// </summary>
    private async Task<bool> IsOutdatedAsync(TaskMergeRequest request, string onto, CancellationToken stop)
    {
        var diffs = new GitDiffReader(repository);
        var installed = (await new GitCommitReaderAndWriter(repository).ReadAsync(request.Commit, stop))!;
        var made = (await diffs.BetweenAsync(installed.Parents[0], request.Commit, stop)).Select(change => change.Path);
        var meanwhile = (await diffs.BetweenAsync(installed.Parents[0], onto, stop)).Select(change => change.Path);
        return made.Intersect(meanwhile, StringComparer.Ordinal).Any();
    }

    private MergeResult Refused(TaskMergeRequest request, string onto, string message, IReadOnlyList<string>? evidence) =>
        Of(request, onto) with
        {
            Message = message,
            ProblemsFile = evidence is null ? "" : AttemptProblemFileWriter.Write(files.Folder, request.TaskId, request.Attempt, evidence),
        };

    private async Task<string?> ProblemAsync(TaskMergeRequest request, PlanTask task, string commit, string onto, CancellationToken stop)
    {
        // The links of two tasks may each stay inside the repository but lead outside together.
        var changed = await new GitDiffReader(repository).BetweenAsync(onto, commit, stop);
        var links = await new TreeEscapingSymlinkFinder(repository).FindLeadingOutAsync(onto, commit, changed, stop);
        if (links.Count > 0)
        {
            return "After the merge with other tasks' work, symbolic links lead out of the repository or into .git: "
                + $"{FileNameEncoding.List(links, 20)}. Replace them with files, or with links that stay inside.";
        }

        // A merge is rejected if it lacks changes of one side.
        var losses = new RunLostChangeChecker(repository, files, ask);
        var lost = request.Installs ? await losses.OfPackagesAsync(commit, stop) : await losses.OfMergeAsync(commit, task, stop);
        return lost.Count == 0
            ? null
            : $"This merge would lose work: {RunLostChangeChecker.Describe(lost)}. "
                + $"Other tasks' work is now in your worktree; keep both "
                + "theirs and yours. Remove nothing from files that you may only append to.";
    }
}
