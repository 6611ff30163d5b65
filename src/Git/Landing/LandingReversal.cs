using Orchestrator.Git.Merging;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Landing;

/// <summary>Result of reverting a landing.</summary>
public enum LandingReversalStatus
{
    /// <summary>The target was moved back to the commit that it pointed to before the landing.</summary>
    TakenBack,

    /// <summary>The target does not contain the landed commit, so nothing was done.</summary>
    NotLanded,

    /// <summary>
    /// The landed commits were pushed or have new commits on top, so the target can't be moved back. A commit that reverts the landing is
    /// offered instead.
    /// </summary>
    RevertOffered,

    /// <summary>A commit that reverts the landing would conflict with later commits.</summary>
    RevertConflicts,

    /// <summary>
    /// The checkout of the target blocks the reversal, because of uncommitted changes, an operation in progress or a second checkout of the
    /// same branch.
    /// </summary>
    CheckoutInUse,
}

/// <summary>Result of reverting a landing, with its reason and any offered revert commit.</summary>
/// <param name="State">State of the target.</param>
/// <param name="Reason">Sentence for the user with the cause and the next step.</param>
/// <param name="Revert">Offered revert commit, or null if none is offered.</param>
public sealed record LandingReversalResult(LandingReversalStatus State, string Reason, string? Revert = null);

/// <summary>
/// Moves the target back if the landed commit is still the tip and was not pushed, and if no checkout prevents the move. Otherwise, offers
/// a commit that reverts the landing or reports the obstacle.
/// </summary>
public sealed class LandingReversal(GitRepository repository)
{
    private readonly RefStore _refs = new(repository);
    private readonly GitCommitReaderAndWriter _commits = new(repository);

    /// <summary>Returns the name of the ref that retains the work of an aborted run.</summary>
    /// <param name="run">Name of the run's folder.</param>
    public static string AbortedRef(string run) => $"refs/orchestrator/aborted/{run}";

    /// <summary>Reverts a landing. The method is idempotent.</summary>
    /// <param name="target">Full ref name of the target branch.</param>
    /// <param name="landed">Commit that was landed.</param>
    /// <param name="before">Commit of the target before the landing.</param>
    /// <param name="run">Name of the run, for the message of a revert commit and the ref that retains it
    /// (<c>refs/orchestrator/revert/RUN</c>).</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    public async Task<LandingReversalResult> RevertAsync(
        string target,
        string landed,
        string before,
        string run,
        CancellationToken cancellationToken = default
    )
    {
        using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
        return await TryAsync(target, landed, before, run, cancellationToken);
    }

    private async Task<LandingReversalResult> TryAsync(
        string target,
        string landed,
        string before,
        string run,
        CancellationToken cancellationToken
    )
    {
        var branch = target.StartsWith("refs/heads/", StringComparison.Ordinal) ? target["refs/heads/".Length..] : target;
        var tip = await _refs.ReadAsync(target, cancellationToken);
        if (await FinishAsync(target, branch, landed, before, tip, cancellationToken) is { } finished)
        {
            return finished;
        }
        if (tip is null || !await _commits.IsAncestorAsync(landed, tip, cancellationToken))
        {
            return new LandingReversalResult(LandingReversalStatus.NotLanded, $"{branch} does not contain {landed}.");
        }
        if (tip != landed)
        {
            return await OfferRevertAsync(branch, tip, landed, before, run, "it has newer commits", cancellationToken);
        }
        var published = await repository.ReadAsync(
            repository.Call("for-each-ref", "--count=1", "--format=%(refname:short)", "--contains", landed, "refs/remotes"),
            cancellationToken
        );
        return published.Text.Length > 0
            ? await OfferRevertAsync(branch, tip, landed, before, run, $"{published.Text} also contains the work", cancellationToken)
            : await MoveBackAsync(target, branch, landed, before, cancellationToken)
                ?? await TryAsync(target, landed, before, run, cancellationToken);
    }

    /// <summary>
    /// Completes a reversal that was interrupted after the branch was moved but before the files of its checkout were updated. Returns null
    /// if no such reversal exists.
    /// </summary>
    private async Task<LandingReversalResult?> FinishAsync(
        string target,
        string branch,
        string landed,
        string before,
        string? tip,
        CancellationToken cancellationToken
    )
    {
        var intents = new LandingIntentStore(repository, target);
        if (
            tip != before
            || intents.Read() is not { } intent
            || intent.Old != landed
            || intent.New != before
            || new WorktreeManager(repository).FindCheckout(intent.Checkout == repository.MainCheckout ? null : intent.Checkout)
                is not { } checkout
        )
        {
            return null;
        }
        repository.RemoveLocksOfTheDead();
        var foreign = await new InterruptedCheckoutRestorer(checkout).RestoreOldFilesAsync(before, landed, cancellationToken);
        intents.RemoveIntent();
        return foreign.Count == 0
            ? RevertedResult(branch, before)
            : new LandingReversalResult(
                LandingReversalStatus.TakenBack,
                $"{branch} is at {before} again. The reset of '{checkout.Path}' was interrupted, and these files have been "
                    + $"changed since then, so they were not reset: {FileNameEncoding.List(foreign)}."
            );
    }

    private static LandingReversalResult RevertedResult(string branch, string before) =>
        new(LandingReversalStatus.TakenBack, $"{branch} is at {before} again.");

    /// <summary>
    /// Moves the branch back by compare-and-swap, and then updates the files of its checkout. A commit that the user makes at the same time
    /// is never lost.
    /// </summary>
    /// <returns>Result, or null if another process moved the branch first and nothing was changed.</returns>
    private async Task<LandingReversalResult?> MoveBackAsync(
        string target,
        string branch,
        string landed,
        string before,
        CancellationToken cancellationToken
    )
    {
        var checkouts = (await new WorktreeManager(repository).ListAsync(cancellationToken))
            .Where(info => info.Branch == target && !info.IsMissing)
            .ToArray();
        if (checkouts.Length == 0)
        {
            RefChange[] change = [new RefChange(target, before, landed)];
            return (await _refs.UpdateAsync(change, "taken back by orchestrate", cancellationToken)).Done
                ? RevertedResult(branch, before)
                : null;
        }
        var path = checkouts[0].Path;
        var admin = path == repository.MainCheckout ? repository.CommonDirectory : WorktreeAdminFolders.Find(repository, path);
        if (checkouts.Length > 1 || admin is null || WorktreeStatus.OperationIn(admin) != UnfinishedGitOperation.None)
        {
            return new LandingReversalResult(
                LandingReversalStatus.CheckoutInUse,
                $"{branch} is in use in {string.Join(", ", checkouts.Select(info => info.Path))}. Finish the work there, then reset the "
                    + $"branch by hand: git reset --keep {before}"
            );
        }
        return await MoveBackInAsync(new Worktree(repository, path, admin), target, branch, landed, before, cancellationToken);
    }

    private async Task<LandingReversalResult?> MoveBackInAsync(
        Worktree checkout,
        string target,
        string branch,
        string landed,
        string before,
        CancellationToken cancellationToken
    )
    {
        var intents = new LandingIntentStore(repository, target);
        string[] files = ["read-tree", "-m", "-u"];
        try
        {
            // The user's changes in affected files block the move. Without a refreshed index, "read-tree" would also treat files with new
            // timestamps as changed.
            await checkout.WriteAsync(checkout.Call("update-index", "-q", "--refresh") with { AnswerCodes = [0, 1] }, cancellationToken);
            await checkout.WriteAsync(checkout.Call([.. files, "--dry-run", landed, before]), cancellationToken);
        }
        catch (GitException e) when (IsInTheWay(e))
        {
            return InTheWay(e);
        }
        intents.Write(new LandingIntentRecord(landed, before, checkout.Path));
        if (!await SwapAsync())
        {
            intents.RemoveIntent();
            return null;
        }
        try
        {
            await checkout.WriteAsync(checkout.Call([.. files, landed, before]), cancellationToken);
        }
        catch (GitException e) when (IsInTheWay(e))
        {
            await _refs.UpdateWithFilesAsync([new RefChange(target, landed, before)], "not taken back by orchestrate", cancellationToken);
            intents.RemoveIntent();
            return InTheWay(e);
        }
        intents.RemoveIntent();
        return RevertedResult(branch, before);

        async Task<bool> SwapAsync() =>
            (
                await _refs.UpdateWithFilesAsync([new RefChange(target, before, landed)], "taken back by orchestrate", cancellationToken)
            ).Done;

        LandingReversalResult InTheWay(GitException refusal) =>
            new(
                LandingReversalStatus.CheckoutInUse,
                $"'{checkout.Path}' has changes that prevent the reset of {branch}. Commit or stash them, then run the command again. "
                    + $"({refusal.ErrorOutput})"
            );

        static bool IsInTheWay(GitException refusal) => refusal is not GitLockedException && refusal.ExitCode is 1 or 128;
    }

    /// <summary>
    /// Creates a commit, on top of the current tip, that undoes all changes between two commits. Its tree results from a merge that uses
    /// the landed commit as the merge base.
    /// </summary>
    private async Task<LandingReversalResult> OfferRevertAsync(
        string branch,
        string tip,
        string landed,
        string before,
        string run,
        string why,
        CancellationToken cancellationToken
    )
    {
        var inverse = await _commits.CreateAsync(before + "^{tree}", [landed], $"Undo {run}", trailers: null, cancellationToken);
        var merged = await new TreeMerger(repository).MergeAsync(tip, inverse, cancellationToken: cancellationToken);
        if (!merged.IsClean)
        {
            return new LandingReversalResult(
                LandingReversalStatus.RevertConflicts,
                $"{branch} was not moved back: {why}, and a commit that undoes the run's work conflicts with the branch in "
                    + $"{FileNameEncoding.List(merged.ConflictedFiles)}. Undo the work by hand: git merge {inverse}"
            );
        }
        var commit = await _commits.CreateAsync(
            merged.Tree,
            [tip],
            $"Undo the work of {run}\n\nThis reverts {before}..{landed}.",
            trailers: null,
            cancellationToken
        );
        var name = $"refs/orchestrator/revert/{run}";
        await _refs.UpdateAsync(
            [new RefChange(name, commit, await _refs.ReadAsync(name, cancellationToken))],
            "offered",
            cancellationToken
        );
        return new LandingReversalResult(
            LandingReversalStatus.RevertOffered,
            $"{branch} was not moved back: {why}. A commit that undoes the work is ready: git merge --ff-only {name}",
            commit
        );
    }
}
