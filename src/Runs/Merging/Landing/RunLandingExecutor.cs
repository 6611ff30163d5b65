using Orchestrator.Git.Landing;
using Orchestrator.Git.Merging;
using Orchestrator.Git.Refs;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>
/// Lands staging on the target. If the target has moved, the target is merged into staging and the gates are run again. Changes in a user's
/// checkout are never overwritten.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="caller">Returns the state of the workflow execution that requested the step.</param>
public sealed class RunLandingExecutor(RunServiceBundle services, GetCallerState caller)
{
    /// <summary>
    /// Maximum number of times that the target may move while gates run. After that, the landing requires a user's decision.
    /// </summary>
    private const int MaxMoves = 3;
    private const int LongestRefusal = 1000;

    /// <summary>
    /// Lands staging, or returns the action that a user must take first. A repeated call finds an existing landing. If git refuses because
    /// of the user's checkout, the user gets a message and can request a retry.
    /// </summary>
    /// <param name="input">The run and its target.</param>
    /// <param name="asking">Id of this landing attempt within the run. A repeated attempt has the same id.</param>
    /// <param name="stop">Cancels the landing; the next attempt completes it.</param>
    public async Task<LandResult> LandAsync(LandInput input, string asking, CancellationToken stop)
    {
        try
        {
            return await TryAsync(input, asking, stop);
        }
        catch (CommitSigningException refusal)
        {
            return new LandResult
            {
                Message =
                    $"Nothing was landed, because the commit could not be signed (git.sign: {LandingCommitSigningMode.AsConfigured}). "
                    + $"{refusal.Message} "
                    + $"Unlock the key in ssh-agent or gpg-agent, for example by signing something yourself, then: {Command(input)}",
            };
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            return new LandResult
            {
                Message =
                    $"Nothing was landed, because git refused: "
                    + $"{FileNameEncoding.Show(refusal.Message.ReplaceLineEndings(" "), LongestRefusal)} "
                    + $"Fix this, then: {Command(input)}",
            };
        }
    }

    private async Task<LandResult> TryAsync(LandInput input, string asking, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var staging = StagingBranchReconciler.Of(repository, files);
        input = input with { StagingTip = await staging.UpdateRecordedAsync(input.StagingTip, caller, stop) };
        var (found, note) = await StagingTipAsync(repository, staging, input, stop);
        if (found is not { } tip)
        {
            return new LandResult { Message = note };
        }
        var checks = new PreLandingChecker(files, repository, services, input);
        if (await checks.LossesAsync(tip, stop) is { } lossy)
        {
            return lossy with { Message = $"{note} {lossy.Message}".Trim() };
        }

        // Only lines that the target lacks are checked, because the run may have merged others from the target.
        var from =
            await new GitCommitReaderAndWriter(repository).FindMergeBaseAsync($"refs/heads/{input.Target}", tip, stop) ?? input.BaseCommit;
        var secrets = await new PreLandingSecretChecker(repository, files).CheckAsync(input, from, tip, asking, stop);
        files = files with { Decisions = secrets.Decisions };
        var audit = await new PackageVulnerabilityAuditor(repository, files, services).CheckAsync(input, from, tip, asking, stop);
        files = files with { Decisions = audit.Decisions };
        note = $"{note} {secrets.Note} {audit.Note}".Trim();
        var result =
            secrets.Refusal is not null || audit.Refusal is not null
                ? new LandResult
                {
                    Message = $"{note} {secrets.Refusal?.Message} {audit.Refusal?.Message}"
                        .Trim()
                        .Replace("  ", " ", StringComparison.Ordinal),
                    Evidence = (secrets.Refusal ?? audit.Refusal)!.Evidence,
                }
                : await LandAsync(new LandingCommit(files, repository, checks, staging, input, tip), note, stop);
        // Findings that a user has seen in this landing count as accepted in the next one.
        return result with { PlanHash = files.Decisions.Store(files.Folder) };
    }

    /// <summary>Lands a commit that has passed its checks.</summary>
    private async Task<LandResult> LandAsync(LandingCommit landing, string note, CancellationToken stop)
    {
        var (files, repository, _, _, input, tip) = landing;
        if (input.OnlyTakesIn)
        {
            return await MergeTargetAsync(landing, stop);
        }

        var (gated, failed) = await GateCombinationAsync(landing, stop);
        note = $"{note} {gated}".Trim();
        if (failed is not null)
        {
            return failed with { Message = $"{note} {failed.Message}".Trim() };
        }
        if (files.Settings.Git.Land == LandingMode.Branch)
        {
            return new LandResult
            {
                Landed = true,
                Commit = tip,
                Branch = input.Staging,
                Message = $"{note} The work is on the branch {input.Staging}; nothing was merged, as set by git.land: branch.".Trim(),
            };
        }
        if (files.Settings.Git.Land == LandingMode.PullRequest)
        {
            var opened = await PullRequest.OpenAsync(files, repository, input, tip, services, stop);
            return opened with { Message = $"{note} {opened.Message}".Trim() };
        }
        return await LandOnTargetAsync(landing, note, stop);
    }

    /// <summary>
    /// Runs the landing gates if some of them may not have checked all merges together. This is the case for partial landings, for
    /// independent parts of the repository, and for gates that cover only some files.
    /// </summary>
    private static async Task<(string Note, LandResult? Failed)> GateCombinationAsync(LandingCommit landing, CancellationToken stop)
    {
        var (files, repository, checks, _, input, tip) = landing;
        var isPartial = files.Settings.Train.Scopes.HaveLanes || checks.Gates.Any(gate => gate.Covers is not null);
        if (!input.IsPart && !isPartial)
        {
            return ("", null);
        }
        var outcomes = await checks.RunGatesAsync(tip, input.BaseCommit, stop);
        return (
            PreLandingChecker.FormatNotes(outcomes),
            CommitGateRunner.Failures(files, outcomes) is not { Count: > 0 } failures
                ? null
                : new LandResult
                {
                    Evidence = CommitGateRunner.EvidenceOf(files, failures[0]),
                    Message =
                        $"Nothing was landed, because these gates fail on the merged work: {GateVerdictFormatter.Failing(failures)} "
                        + $"Wait for the other tasks, or repair the work on {input.Staging} ({Fix(repository, input).Edit}), then: "
                        + Command(input),
                }
        );
    }

    /// <summary>Moves the target to the commit. If the target has new commits, they are merged into staging first.</summary>
    private async Task<LandResult> LandOnTargetAsync(LandingCommit landing, string note, CancellationToken stop)
    {
        var (files, repository, _, _, input, tip) = landing;
        var target = $"refs/heads/{input.Target}";
        var checkouts = await new WorktreeManager(repository).ListAsync(stop);
        var unexpected = await UnexpectedFileDetector.FindAsync(repository, files);
        var request = new LandingRequest(target, tip, input.BaseCommit)
        {
            FinishCommand = Command(input),
            Checkout = checkouts.FirstOrDefault(checkout => checkout.Branch == target)?.Path,
            NoteFile = files.Folder.Landing,
        };
        unexpected = $"{note} {unexpected}".Trim();
        var hooks = new MergeHookAsLandingGateRunner(files, repository, services, input);
        var history = new LandingCommitBuilder(files, repository, target, input.BaseCommit);
        for (var moves = 0; ; moves++)
        {
            request = request with { Commit = await history.OfAsync(tip, stop) };
            if (await hooks.CheckAsync(request, tip, stop) is { } red)
            {
                return red with { Message = $"{unexpected} {red.Message}".Trim(), StagingTip = tip };
            }
            var result = await new TargetBranchLander(repository).LandAsync(request, stop);
            if (result.HasLanded)
            {
                return new LandResult
                {
                    Landed = true,
                    Commit = request.Commit,
                    Message = $"{input.Target} is at {CommitIdFormatter.Shorten(request.Commit)}. {unexpected}".Trim(),
                    StagingTip = tip,
                };
            }
            if (result.State != CommitLandingStatus.TargetMoved || moves == MaxMoves)
            {
                var renamed = result.State == CommitLandingStatus.TargetDeleted ? await FindRenamedAsync(landing, stop) : null;
                return new LandResult
                {
                    Message = $"{unexpected} {result.Reason}".Trim(),
                    StagingTip = tip,
                    RenamedTo = renamed,
                };
            }
            var (merged, noted, refused) = await MergeTargetAsync(landing with { Tip = tip }, result.Tip!, stop);
            if (refused is not null)
            {
                return refused.StagingTip.Length > 0 ? refused : refused with { StagingTip = tip };
            }
            tip = merged!;
            unexpected = $"{unexpected} {noted}".Trim();
        }
    }

    private static Task<string?> FindRenamedAsync(LandingCommit landing, CancellationToken stop) =>
        new TargetBranchValidator(landing.Repository, landing.Files.Settings.Worktrees.BranchPrefix).FindRenamedAsync(
            landing.Input.BaseCommit,
            stop
        );

    /// <summary>A commit to land, with the data and helper objects that the landing needs.</summary>
    private sealed record LandingCommit(
        RunPlanAndSettings Files,
        GitRepository Repository,
        PreLandingChecker Checks,
        StagingBranchReconciler Staging,
        LandInput Input,
        string Tip
    );

    /// <summary>
    /// Returns the commit to land, which is the tip of staging that the run recorded and therefore contains all merges. If a user requested
    /// the landing, commits that were added on top of that tip are included.
    /// </summary>
    private async Task<(string? Tip, string Note)> StagingTipAsync(
        GitRepository repository,
        StagingBranchReconciler staging,
        LandInput input,
        CancellationToken stop
    )
    {
        var (tip, isAsRecorded) = await staging.ReadAsync(input.StagingTip, stop);
        if (isAsRecorded)
        {
            return (tip, "");
        }
        if (input.IsAskedFor && tip is not null && await repository.HasCommitAsync(input.StagingTip, stop))
        {
            return await new GitCommitReaderAndWriter(repository).IsAncestorAsync(input.StagingTip, tip, stop)
                ? (tip, $"{input.Staging} was landed with the commits that were added after {CommitIdFormatter.Shorten(input.StagingTip)}.")
                : (
                    null,
                    $"{input.Staging} is at {CommitIdFormatter.Shorten(tip)} and no longer contains the run's merges "
                        + $"({CommitIdFormatter.Shorten(input.StagingTip)}). "
                        + $"Nothing was landed. Merge that commit into the branch ({Fix(repository, input).Merge(input.StagingTip)}), "
                        + $"then: {Command(input)}"
                );
        }
        var (done, message) = await staging.PutBackAsync(input.StagingTip, caller, stop);
        return (done ? input.StagingTip : null, message);
    }

    /// <summary>Merges new commits of the target into staging, without landing.</summary>
    private static async Task<LandResult> MergeTargetAsync(LandingCommit landing, CancellationToken stop)
    {
        var target = await new RefStore(landing.Repository).ReadAsync($"refs/heads/{landing.Input.Target}", stop);
        if (target is null || await new GitCommitReaderAndWriter(landing.Repository).IsAncestorAsync(target, landing.Tip, stop))
        {
            return new LandResult { StagingTip = landing.Tip };
        }
        var (merged, _, refused) = await MergeTargetAsync(landing, target, stop);
        return refused ?? new LandResult { StagingTip = merged! };
    }

    private static async Task<(string? Merged, string Note, LandResult? Refused)> MergeTargetAsync(
        LandingCommit landing,
        string target,
        CancellationToken stop
    )
    {
        var (files, repository, checks, staging, input, tip) = landing;
        var commits = new GitCommitReaderAndWriter(repository);
        var merge = await new TreeMerger(repository).MergeAsync(tip, target, files.AppendedFiles, stop);
        if (!merge.IsClean)
        {
            return Refused(
                $"{input.Target} has moved and conflicts with the run's work in "
                    + $"{FileNameEncoding.List(merge.ConflictedFiles, 20)}. Merge {input.Target} into {input.Staging}, resolve and commit "
                    + $"({Fix(repository, input).Merge(input.Target)}), then: {Command(input)}"
            );
        }
        var commit = await commits.CreateAsync(
            merge.Tree,
            [tip, target],
            $"Merge {input.Target}",
            new CommitTrailers(files.Folder.Name),
            stop
        );
        var outcomes = await checks.RunGatesAsync(commit, target, stop);
        var failures = CommitGateRunner.Failures(files, outcomes);
        if (failures.Count > 0)
        {
            return Refused(
                $"{input.Target} has moved, and these gates fail after the two are merged: {GateVerdictFormatter.Failing(failures)} Fix "
                    + $"this on "
                    + $"{input.Target}, or on {input.Staging} ({Fix(repository, input).Merge(input.Target)}; edit and commit there), "
                    + $"then: {Command(input)}",
                CommitGateRunner.EvidenceOf(files, failures[0])
            );
        }
        var lossy = await checks.LossesAsync(commit, stop);

        // Staging moves even if changes are lost. A user can then repair staging or accept the loss.
        if (!await staging.MoveAsync(commit, tip, $"merge {input.Target}"))
        {
            throw new GitException(
                $"{input.Staging} was moved by another program while {input.Target} was merged into it; the landing will be retried."
            );
        }
        return lossy is null ? (commit, PreLandingChecker.FormatNotes(outcomes), null) : (null, "", lossy with { StagingTip = commit });
    }

    private static (string? Merged, string Note, LandResult? Refused) Refused(string message, string evidence = "") =>
        (null, "", new LandResult { Message = message, Evidence = evidence });

    private static SuggestedStagingCommandBuilder Fix(GitRepository repository, LandInput input) =>
        new(repository, input.RunId, input.Staging);

    /// <summary>Returns the command line that retries the landing.</summary>
    internal static string Command(LandInput input) => $"orchestrate land {input.RunId}{(input.IsPart ? " --merged" : "")}";
}
