using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Landing;

/// <summary>
/// Moves the target branch, and the user's checkout of that branch, to the verified commit. Never overwrites the user's changes.
/// </summary>
public sealed class TargetBranchLander(GitRepository repository)
{
    private readonly RefStore _refs = new(repository);
    private readonly GitCommitReaderAndWriter _commits = new(repository);
    private readonly TargetBranchMoveRecorder _notes = new(new GitCommitReaderAndWriter(repository));
    private const int LongestWords = 600;

    /// <summary>Lands the commit, or returns the reason why landing is not possible. After a crash, a repeated call first completes the
    /// interrupted landing.</summary>
    public async Task<CommitLandingResult> LandAsync(LandingRequest request, CancellationToken cancellationToken = default)
    {
        using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
        var result = await TryOrExplainAsync(request, cancellationToken);
        if (!result.HasLanded && request.NoteFile is { } file)
        {
            // Another process may move the target to the same commit now, and its move must not be mistaken for ours when the landing is
            // reverted.
            await _notes.WriteAsync(file, request.Target, move: null, result.Tip, cancellationToken);
        }
        return result;
    }

    /// <summary>
    /// Lands the commit, or returns git's error message for a problem that only the user can fix. If the checkout was partially changed,
    /// the change is undone now or before the next attempt.
    /// </summary>
    private async Task<CommitLandingResult> TryOrExplainAsync(LandingRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(request, cancellationToken);
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            return new CommitLandingResult(
                CommitLandingStatus.Refused,
                $"Git could not land on {ShortName(request.Target)}: "
                    + $"{FileNameEncoding.Show(refusal.ErrorOutput.ReplaceLineEndings(" ").Trim(), LongestWords)} "
                    + $"See 'git status'{(request.Checkout is { } at ? $" in '{at}'" : string.Empty)}, fix this, then: "
                    + $"{request.FinishCommand}",
                await _refs.ReadAsync(request.Target, cancellationToken),
                []
            );
        }
    }

    private async Task<CommitLandingResult> TryAsync(LandingRequest request, CancellationToken cancellationToken)
    {
        var intents = new LandingIntentStore(repository, request.Target);
        var branch = ShortName(request.Target);
        var tip = await _refs.ReadAsync(request.Target, cancellationToken);
        if (tip is null)
        {
            return new CommitLandingResult(
                CommitLandingStatus.TargetDeleted,
                $"The branch {branch} no longer exists. If it was renamed: {request.FinishCommand} --target BRANCH. Or create it "
                    + $"again: git branch {branch} {request.Base}",
                null,
                []
            );
        }
        if (await _commits.IsAncestorAsync(request.Commit, tip, cancellationToken))
        {
            intents.RemoveIntent();
            return new CommitLandingResult(CommitLandingStatus.AlreadyLanded, $"{branch} already contains {request.Commit}.", tip, []);
        }
        if (await ExplainTipAsync(request, branch, tip, cancellationToken) is { } refused)
        {
            return refused;
        }
        var (checkout, obstacle) = await new TargetCheckout(repository).FindAsync(request, branch, tip, cancellationToken);
        if (obstacle is not null)
        {
            return obstacle;
        }
        return checkout is null
            ? await MoveRefAsync(request, branch, tip, cancellationToken)
            : await MoveCheckoutAsync(request, branch, tip, checkout, intents, cancellationToken);
    }

    private async Task<CommitLandingResult?> ExplainTipAsync(
        LandingRequest request,
        string branch,
        string tip,
        CancellationToken cancellationToken
    )
    {
        if (!await _commits.IsAncestorAsync(request.Base, tip, cancellationToken))
        {
            return new CommitLandingResult(
                CommitLandingStatus.TargetRewound,
                $"{branch} was rewritten: it is at {tip} and no longer contains the run's base {request.Base}. Check that this "
                    + $"was intended, then merge by hand: git merge {request.Commit}",
                tip,
                []
            );
        }
        return await _commits.IsAncestorAsync(tip, request.Commit, cancellationToken)
            ? null
            : new CommitLandingResult(
                CommitLandingStatus.TargetMoved,
                $"{branch} has new commits since the run started; it is at {tip}.",
                tip,
                []
            );
    }

    private async Task<CommitLandingResult> MoveRefAsync(
        LandingRequest request,
        string branch,
        string tip,
        CancellationToken cancellationToken
    )
    {
        await _notes.WriteAsync(request, tip, cancellationToken);
        var moved = await _refs.UpdateAsync(
            [new RefChange(request.Target, request.Commit, tip)],
            "landed by orchestrate",
            cancellationToken
        );
        if (moved.Done)
        {
            return new CommitLandingResult(CommitLandingStatus.Landed, $"{branch} is at {request.Commit}.", request.Commit, []);
        }
        return new CommitLandingResult(
            CommitLandingStatus.TargetMoved,
            $"{branch} was moved during the landing.",
            moved.Actual[request.Target],
            []
        );
    }

    private async Task<CommitLandingResult> MoveCheckoutAsync(
        LandingRequest request,
        string branch,
        string tip,
        Worktree checkout,
        LandingIntentStore intents,
        CancellationToken cancellationToken
    )
    {
        if (intents.Read() is { } intent && intent.Old == tip && intent.Checkout == checkout.Path)
        {
            repository.RemoveLocksOfTheDead();
            var foreign = await new InterruptedCheckoutRestorer(checkout).RestoreOldFilesAsync(intent.Old, intent.New, cancellationToken);
            if (foreign.Count > 0)
            {
                return new CommitLandingResult(
                    CommitLandingStatus.Dirty,
                    $"A landing on {branch} in '{checkout.Path}' was interrupted, and these files have been changed "
                        + $"since then: {FileNameEncoding.List(foreign)}. Commit or stash them, then: {request.FinishCommand}",
                    tip,
                    foreign
                );
            }
        }
        intents.Write(new LandingIntentRecord(tip, request.Commit, checkout.Path));
        await _notes.WriteAsync(request, tip, cancellationToken);
        try
        {
            await new UserCheckoutFastForwarder(checkout).ForwardAsync(tip, request.Commit, cancellationToken);
        }
        catch (GitException e) when (e is not GitLockedException && e.ExitCode is 1 or 128)
        {
            return await ExplainRefusalAsync(request, branch, checkout, intents, e, cancellationToken);
        }
        intents.RemoveIntent();
        return new CommitLandingResult(
            CommitLandingStatus.Landed,
            $"{branch} is at {request.Commit}, and so is its checkout in '{checkout.Path}'.",
            request.Commit,
            []
        );
    }

    /// <summary>
    /// Returns the reason why git refused to move the checkout, such as changed, unmerged or untracked files. Git checks all files before
    /// it changes the first one, so no file was changed.
    /// </summary>
    private async Task<CommitLandingResult> ExplainRefusalAsync(
        LandingRequest request,
        string branch,
        Worktree checkout,
        LandingIntentStore intents,
        GitException refusal,
        CancellationToken cancellationToken
    )
    {
        var tip = await _refs.ReadAsync(request.Target, cancellationToken);
        var files = refusal.ErrorOutput.Split('\n').Where(line => line.StartsWith('\t')).Select(line => line.Trim()).ToArray();
        if (refusal.ErrorOutput.Contains("unmerged files", StringComparison.Ordinal))
        {
            intents.RemoveIntent();
            var status = await WorktreeStatus.ReadAsync(checkout, cancellationToken);
            string[] unmerged = [.. status.Entries.Where(entry => entry.IsUnmerged).Select(entry => entry.Path)];
            return new CommitLandingResult(
                CommitLandingStatus.Dirty,
                $"'{checkout.Path}' has conflicted files: {FileNameEncoding.List(unmerged)}. Resolve and commit them, then: "
                    + $"{request.FinishCommand}",
                tip,
                unmerged
            );
        }
        if (UserCheckoutFastForwarder.IsOfLocalChanges(refusal))
        {
            intents.RemoveIntent();
            var changed = (await WorktreeStatus.ReadAsync(checkout, cancellationToken)).ChangedFiles();
            files = files.Intersect(changed, StringComparer.Ordinal).ToArray() is { Length: > 0 } edited ? edited : files;
            return new CommitLandingResult(
                CommitLandingStatus.Dirty,
                $"'{checkout.Path}' has uncommitted changes in {FileNameEncoding.List(files)}, which {branch} would change too. Commit "
                    + $"or stash them, then: {request.FinishCommand}",
                tip,
                files
            );
        }
        if (
            refusal.ErrorOutput.Contains("would be overwritten", StringComparison.Ordinal)
            || refusal.ErrorOutput.Contains("would lose untracked", StringComparison.Ordinal)
        )
        {
            intents.RemoveIntent();
            return new CommitLandingResult(
                CommitLandingStatus.FilesInTheWay,
                $"'{checkout.Path}' has untracked files that {branch} would overwrite: {FileNameEncoding.List(files)}. Move "
                    + $"them away, then: {request.FinishCommand}",
                tip,
                files
            );
        }
        if (tip is not null && !await _commits.IsAncestorAsync(tip, request.Commit, cancellationToken))
        {
            intents.RemoveIntent();
            return new CommitLandingResult(CommitLandingStatus.TargetMoved, $"{branch} was moved during the landing.", tip, []);
        }
        throw refusal;
    }

    private static string ShortName(string name) =>
        name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name["refs/heads/".Length..] : name;
}
