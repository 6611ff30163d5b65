using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;
using Orchestrator.Processes;

namespace Orchestrator.Git.Landing;

/// <summary>
/// Moves the target branch to the verified commit, with the user's checkout if it is there, and only if nothing of the user's is in the
/// way.
/// </summary>
/// <param name="repository">The repository.</param>
public sealed class TargetLanding(GitRepository repository)
{
    private readonly RefStore _refs = new(repository);
    private readonly CommitStore _commits = new(repository);
    private const int LongestWords = 600;

    /// <summary>Lands, or says why not. Can be repeated after a crash at any point: a half-done landing is finished first.</summary>
    public async Task<LandingResult> LandAsync(LandingRequest request, CancellationToken cancellationToken = default)
    {
        using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
        var result = await TryOrExplainAsync(request, cancellationToken);
        if (!result.HasLanded && request.NoteFile is { } file)
        {
            // Somebody else may bring the target to the very same commit now: then it is not ours to take back.
            await NoteAsync(file, request.Target, move: null, result.Tip, cancellationToken);
        }

        return result;
    }

    /// <summary>
    /// What is in a person's checkout is theirs to mend. What was begun there is taken back, now or before the next attempt.
    /// </summary>
    private async Task<LandingResult> TryOrExplainAsync(LandingRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(request, cancellationToken);
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            return new LandingResult(
                LandingState.Refused,
                $"Git could not land on {ShortName(request.Target)}: "
                    + $"{FileNames.Show(refusal.ErrorOutput.ReplaceLineEndings(" ").Trim(), LongestWords)} "
                    + $"See 'git status'{(request.Checkout is { } at ? $" in '{at}'" : string.Empty)}, mend that, then: "
                    + $"{request.FinishCommand}",
                await _refs.ReadAsync(request.Target, cancellationToken),
                []
            );
        }
    }

    private async Task<LandingResult> TryAsync(LandingRequest request, CancellationToken cancellationToken)
    {
        var intents = new LandingIntents(repository, request.Target);
        var branch = ShortName(request.Target);
        var tip = await _refs.ReadAsync(request.Target, cancellationToken);
        if (tip is null)
        {
            return new LandingResult(
                LandingState.TargetDeleted,
                $"The branch {branch} is gone. Make it again, for example: git branch {branch} {request.Base}",
                null,
                []
            );
        }

        if (await _commits.IsAncestorAsync(request.Commit, tip, cancellationToken))
        {
            intents.Forget();
            return new LandingResult(LandingState.AlreadyLanded, $"{branch} has {request.Commit}.", tip, []);
        }

        if (await ExplainTipAsync(request, branch, tip, cancellationToken) is { } refused)
        {
            return refused;
        }

        var (checkout, obstacle) = await FindCheckoutAsync(request, branch, tip, cancellationToken);
        if (obstacle is not null)
        {
            return obstacle;
        }

        return checkout is null
            ? await MoveRefAsync(request, branch, tip, cancellationToken)
            : await MoveCheckoutAsync(request, branch, tip, checkout, intents, cancellationToken);
    }

    private async Task<LandingResult?> ExplainTipAsync(
        LandingRequest request,
        string branch,
        string tip,
        CancellationToken cancellationToken
    )
    {
        if (!await _commits.IsAncestorAsync(request.Base, tip, cancellationToken))
        {
            return new LandingResult(
                LandingState.TargetRewound,
                $"{branch} was rewritten: it is at {tip} and no longer has {request.Base}, where the run began. Check that this "
                    + $"was meant, then merge by hand: git merge {request.Commit}",
                tip,
                []
            );
        }

        return await _commits.IsAncestorAsync(tip, request.Commit, cancellationToken)
            ? null
            : new LandingResult(LandingState.TargetMoved, $"{branch} has new commits since the run began; it is at {tip}.", tip, []);
    }

    /// <summary>The checkout that has the target, in a state in which it may be moved; or what keeps it from that.</summary>
    private async Task<(Worktree? Checkout, LandingResult? Obstacle)> FindCheckoutAsync(
        LandingRequest request,
        string branch,
        string tip,
        CancellationToken cancellationToken
    )
    {
        var having = new List<Worktree>();
        foreach (var info in await new WorktreeStore(repository).ListAsync(cancellationToken))
        {
            var admin = info.Path == repository.MainCheckout ? repository.CommonDirectory : WorktreeAdmin.Find(repository, info.Path);
            if (admin is null || info.IsMissing)
            {
                continue;
            }

            var operation = WorktreeStatus.OperationIn(admin);
            if (operation != UnfinishedOperation.None && (info.Branch == request.Target || BranchBeingWorkedOn(admin) == request.Target))
            {
                return (
                    null,
                    new LandingResult(
                        LandingState.OperationInProgress,
                        $"A {Name(operation)} of {branch} is going on in '{info.Path}'. Finish or abort it first.",
                        tip,
                        []
                    )
                );
            }

            if (info.Branch == request.Target)
            {
                having.Add(new Worktree(repository, info.Path, admin));
            }
            else if (info.Branch is null && info.Path == request.Checkout)
            {
                return (
                    null,
                    new LandingResult(
                        LandingState.Detached,
                        $"'{info.Path}' had {branch} checked out and is at no branch now. Go back first: git switch {branch}",
                        tip,
                        []
                    )
                );
            }
        }

        return having.Count > 1
            ? (
                null,
                new LandingResult(
                    LandingState.Dirty,
                    $"{branch} is checked out in more than one place: {string.Join(", ", having.Select(worktree => worktree.Path))}. Leave "
                        + "it in one.",
                    tip,
                    []
                )
            )
            : (having.FirstOrDefault(), null);
    }

    private async Task<LandingResult> MoveRefAsync(LandingRequest request, string branch, string tip, CancellationToken cancellationToken)
    {
        await NoteAsync(request, tip, cancellationToken);
        var moved = await _refs.UpdateAsync(
            [new RefChange(request.Target, request.Commit, tip)],
            "landed by orchestrate",
            cancellationToken
        );
        if (moved.Done)
        {
            return new LandingResult(LandingState.Landed, $"{branch} is at {request.Commit}.", request.Commit, []);
        }

        return new LandingResult(LandingState.TargetMoved, $"{branch} was moved while it was to land.", moved.Actual[request.Target], []);
    }

    private async Task<LandingResult> MoveCheckoutAsync(
        LandingRequest request,
        string branch,
        string tip,
        Worktree checkout,
        LandingIntents intents,
        CancellationToken cancellationToken
    )
    {
        if (intents.Read() is { } intent && intent.Old == tip && intent.Checkout == checkout.Path)
        {
            repository.RemoveLocksOfTheDead();
            var foreign = await new InterruptedCheckout(checkout).TakeBackAsync(intent.Old, intent.New, cancellationToken);
            if (foreign.Count > 0)
            {
                return new LandingResult(
                    LandingState.Dirty,
                    $"A landing on {branch} in '{checkout.Path}' was interrupted, and these files have changes of somebody else "
                        + $"since: {FileNames.Some(foreign)}. Commit or stash them, then: {request.FinishCommand}",
                    tip,
                    foreign
                );
            }
        }

        var status = await WorktreeStatus.ReadAsync(checkout, cancellationToken);
        var changed = status.ChangedFiles(request.OwnFiles);
        if (changed.Count > 0)
        {
            return new LandingResult(
                LandingState.Dirty,
                $"'{checkout.Path}' has uncommitted changes in {FileNames.Some(changed)}. Commit or stash them, then: "
                    + $"{request.FinishCommand}",
                tip,
                changed
            );
        }

        intents.Write(new LandingIntent(tip, request.Commit, checkout.Path));
        await NoteAsync(request, tip, cancellationToken);
        try
        {
            await checkout.WriteAsync(
                cancellationToken,
                "merge",
                "--ff-only",
                "--no-overwrite-ignore",
                "--no-autostash",
                "--no-verify-signatures",
                "--quiet",
                request.Commit
            );
        }
        catch (GitException e) when (e is not GitLockedException && e.ExitCode is 1 or 128)
        {
            return await ExplainRefusalAsync(request, branch, checkout, intents, e, cancellationToken);
        }

        intents.Forget();
        return new LandingResult(LandingState.Landed, $"{branch} is at {request.Commit}, also in '{checkout.Path}'.", request.Commit, []);
    }

    private Task NoteAsync(LandingRequest request, string tip, CancellationToken cancellationToken) =>
        request.NoteFile is { } file
            ? NoteAsync(file, request.Target, new LandingMove(tip, request.Commit), tip, cancellationToken)
            : Task.CompletedTask;

    /// <summary>Keeps of the note what the target has by now, and adds what is about to be done.</summary>
    private async Task NoteAsync(string file, string target, LandingMove? move, string? tip, CancellationToken cancellationToken)
    {
        var done = new List<LandingMove>();
        if (tip is not null && LandingNote.TryRead(file) is { } note && note.Target == target)
        {
            foreach (var earlier in note.Moves)
            {
                if (await _commits.IsAncestorAsync(earlier.Commit, tip, cancellationToken))
                {
                    done.Add(earlier);
                }
            }
        }
        if (move is not null)
        {
            done.Add(move);
        }
        if (done.Count > 0)
        {
            new LandingNote(target, done).Write(file);
        }
        else
        {
            File.Delete(file);
        }
    }

    /// <summary>Git checks everything before it touches the first file, so that after a refusal nothing has changed.</summary>
    private async Task<LandingResult> ExplainRefusalAsync(
        LandingRequest request,
        string branch,
        Worktree checkout,
        LandingIntents intents,
        GitException refusal,
        CancellationToken cancellationToken
    )
    {
        var tip = await _refs.ReadAsync(request.Target, cancellationToken);
        var files = refusal.ErrorOutput.Split('\n').Where(line => line.StartsWith('\t')).Select(line => line.Trim()).ToArray();
        if (refusal.ErrorOutput.Contains("Your local changes", StringComparison.Ordinal))
        {
            intents.Forget();
            return new LandingResult(
                LandingState.Dirty,
                $"'{checkout.Path}' has uncommitted changes in {FileNames.Some(files)}, which {branch} would change too. Commit "
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
            intents.Forget();
            return new LandingResult(
                LandingState.FilesInTheWay,
                $"In '{checkout.Path}' files that git does not track are in the way of {branch}: {FileNames.Some(files)}. Move "
                    + $"them away, then: {request.FinishCommand}",
                tip,
                files
            );
        }

        if (tip is not null && !await _commits.IsAncestorAsync(tip, request.Commit, cancellationToken))
        {
            intents.Forget();
            return new LandingResult(LandingState.TargetMoved, $"{branch} was moved while it was to land.", tip, []);
        }

        throw refusal;
    }

    /// <summary>During a rebase or bisect the head is detached; the branch is named in a file.</summary>
    private static string? BranchBeingWorkedOn(string admin) =>
        ((string[])["rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"])
            .Select(name => DurableFile.TryRead(Path.Combine(admin, name))?.Trim())
            .OfType<string>()
            .Select(name => name.StartsWith("refs/", StringComparison.Ordinal) ? name : "refs/heads/" + name)
            .FirstOrDefault();

    private static string Name(UnfinishedOperation operation) =>
        operation == UnfinishedOperation.CherryPick ? "cherry-pick" : operation.ToString().ToLowerInvariant();

    private static string ShortName(string name) =>
        name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name["refs/heads/".Length..] : name;
}
