using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>
/// Accepts commits that a user made on staging to unblock a run. The commits must contain everything that the run has merged, and the gates
/// of the whole run must pass. The run then creates a merge commit that contains them, by which it recognizes staging after a workflow
/// reset.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="caller">Returns the state of the workflow execution that requested the step.</param>
public sealed class ManualFixAcceptance(RunServiceBundle services, GetCallerState caller)
{
    private const int MostSubjects = 3;
    private const int LongestSubject = 80;
    private readonly CommitGateRunner _gates = new(services);

    /// <summary>Checks a user's commits on staging without running gates.</summary>
    /// <param name="input">The run, and the recorded position of staging.</param>
    public async Task<ManualFixCommits> FindCommitsAsync(FindManualFixInput input, CancellationToken stop)
    {
        var (files, repository, staging) = await OpenAsync(input);
        var recorded = await staging.UpdateRecordedAsync(input.StagingTip, caller, stop);
        var (tip, isAsRecorded) = await staging.ReadAsync(recorded, stop);
        if (tip is null)
        {
            return Refuse(
                $"The staging branch {input.Staging} is missing. Restore it (git branch {input.Staging} {recorded}), commit on it, then: "
                    + Command(input)
            );
        }
        if (tip == recorded)
        {
            var open = await UncommittedAsync(repository, input.Staging, stop);
            return Refuse(
                isAsRecorded
                    ? $"{input.Staging} has no new commit: it is at {CommitIdFormatter.Shorten(tip)}, where the run left it. "
                        + $"{open}Commit the repair there "
                        + $"({new SuggestedStagingCommandBuilder(repository, input.RunId, input.Staging).Edit}), then: {Command(input)}"
                    : $"{input.Staging} is a symbolic ref. Make it a branch again (git symbolic-ref -d "
                        + $"{RunRefNameBuilder.Staging(files.Settings, files.Folder)}; git branch {input.Staging} {recorded}), then: "
                        + $"{Command(input)}"
            );
        }
        var commits = new GitCommitReaderAndWriter(repository);
        if (!await repository.HasCommitAsync(recorded, stop) || !await commits.IsAncestorAsync(recorded, tip, stop))
        {
            return Refuse(
                $"{input.Staging} is at {CommitIdFormatter.Shorten(tip)} and no longer contains the run's merges "
                    + $"({CommitIdFormatter.Shorten(recorded)}), so the merged work "
                    + $"would be lost. Nothing was changed. Merge that commit into the branch "
                    + $"({new SuggestedStagingCommandBuilder(repository, input.RunId, input.Staging).Merge(recorded)}), then: "
                    + $"{Command(input)}"
            );
        }
        var found = await commits.ListFirstParentsAsync(tip, recorded, stop);
        var subjects = found.Reverse().Select(commit => $"'{FileNameEncoding.Show(commit.Subject, LongestSubject)}'").ToList();
        var more = subjects.Count > MostSubjects ? $" and {subjects.Count - MostSubjects} more" : "";
        return new ManualFixCommits
        {
            Commit = tip,
            Commits = subjects.Count,
            Summary = string.Join(", ", subjects.Take(MostSubjects)) + more,
        };
    }

    /// <summary>
    /// Runs the gates of the whole run on the user's commits and, if the gates pass, merges the commits. A repeated call finds the existing
    /// merge.
    /// </summary>
    /// <param name="input">The run and the commits to verify.</param>
    /// <param name="stop">Cancels before staging moves.</param>
    public async Task<ManualFixVerdict> VerifyAsync(VerifyFixInput input, CancellationToken stop)
    {
        var (files, repository, staging) = await OpenAsync(input.Fix);
        var commits = new GitCommitReaderAndWriter(repository);
        var recorded = await staging.UpdateRecordedAsync(input.Fix.StagingTip, caller, stop);
        var (tip, _) = await staging.ReadAsync(recorded, stop);
        if (tip is not null && await IsTakenInAsync(commits, tip, recorded, input.Commit, files, stop))
        {
            return new ManualFixVerdict { Commit = tip };
        }
        if (tip != input.Commit)
        {
            return Moved(input.Fix);
        }
        var diffs = new GitDiffReader(repository);
        var changed = (await diffs.BetweenAsync(input.Fix.BaseCommit, tip, stop)).Select(change => change.Path).ToList();
        var gates = files.Gates.OfLanding(files.Plan, input.Without);
        var outcomes = await _gates.RunAsync(files, repository, tip, gates, changed, files.Folder.LandingEvidence, stop);
        var failures = CommitGateRunner.Failures(files, outcomes);
        var said = GateSummary.Of(outcomes, failures.Count > 0, hasBehavior: true);
        if (failures.Count > 0)
        {
            return new ManualFixVerdict
            {
                Gates = said,
                Evidence = CommitGateRunner.EvidenceOf(files, failures[0]),
                Refusal =
                    $"These gates of the run fail on {CommitIdFormatter.Shorten(tip)}: "
                    + $"{string.Join(" ", failures.Select(f => CommitGateRunner.Explain(files, f)))} "
                    + $"Your commits stay on {input.Fix.Staging}; fix this there, then: {Command(input.Fix)}",
            };
        }
        var losses = await new RunLostChangeChecker(repository, files, services.AskRun).OfStagingAsync(input.Fix.BaseCommit, tip, stop);
        if (losses.Lost.Count > 0)
        {
            return new ManualFixVerdict
            {
                Gates = said,
                Evidence = files.Folder.Relative(files.Folder.Losses),
                Refusal =
                    $"{input.Fix.Staging} lacks work of the run ({losses.Summary}): {RunLostChangeChecker.Describe(losses.Lost)}. Restore "
                    + $"this work there, then: {Command(input.Fix)}. Or, to accept the loss: {Command(input.Fix)} --accept-losses",
            };
        }
        var merge = await commits.CreateAsync(
            (await commits.ReadAsync(tip, stop))!.Tree,
            [recorded, tip],
            "Merge a manual fix",
            new CommitTrailers(files.Folder.Name),
            stop
        );
        return await staging.MoveAsync(merge, tip, "a user's commits")
            ? new ManualFixVerdict { Commit = merge, Gates = said }
            : Moved(input.Fix);
    }

    private async Task<(RunPlanAndSettings Files, GitRepository Repository, StagingBranchReconciler Staging)> OpenAsync(
        FindManualFixInput input
    )
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        return (files, repository, StagingBranchReconciler.Of(repository, files));
    }

    private static async Task<bool> IsTakenInAsync(
        GitCommitReaderAndWriter commits,
        string tip,
        string recorded,
        string commit,
        RunPlanAndSettings files,
        CancellationToken stop
    ) =>
        await commits.ReadAsync(tip, stop) is { Parents: [var onto, var mended], Trailers: { } trailers }
        && mended == commit
        && trailers.Run == files.Folder.Name
        && (onto == recorded || tip == recorded);

    /// <summary>Describes the uncommitted changes in a checkout of staging. Empty if there are none.</summary>
    private static async Task<string> UncommittedAsync(GitRepository repository, string staging, CancellationToken stop)
    {
        var worktrees = new WorktreeManager(repository);
        var checkout = (await worktrees.ListAsync(stop)).FirstOrDefault(w => w.Branch == $"refs/heads/{staging}");
        if (checkout is null || (worktrees.FindLinked(checkout.Path) ?? worktrees.FindMainCheckout()) is not { } worktree)
        {
            return "";
        }
        var status = await WorktreeStatus.ReadAsync(worktree, stop);
        return status.ChangedFiles().Concat(status.UntrackedFiles()).Take(MostSubjects).ToList() is { Count: > 0 } files
            ? $"Its checkout in {checkout.Path} has uncommitted changes: {FileNameEncoding.List(files)}. "
            : "";
    }

    private static ManualFixVerdict Moved(FindManualFixInput input) =>
        new() { Refusal = $"{input.Staging} was moved while its gates ran. To submit its current commit: {Command(input)}" };

    private static ManualFixCommits Refuse(string why) => new() { Refusal = why };

    private static string Command(FindManualFixInput input) => $"orchestrate resolve {input.RunId} {EscalationResolutionKinds.ManualFix}";
}
