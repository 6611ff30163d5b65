using Orchestrator.Git.Merging;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Landing;

/// <summary>Result of taking a landing back.</summary>
public enum ReversalState
{
    /// <summary>The target is where it was before the landing.</summary>
    TakenBack,

    /// <summary>The target never had the commit; nothing to do.</summary>
    NotLanded,

    /// <summary>Others may have the commits: they were pushed, or new ones are on top. A commit that undoes them is offered.</summary>
    RevertOffered,

    /// <summary>Even a revert commit conflicts with later commits.</summary>
    RevertConflicts,

    /// <summary>The target's checkout has changes in the way.</summary>
    CheckoutInUse,
}

/// <summary>Result and its reason.</summary>
/// <param name="State">State of the target.</param>
/// <param name="Reason">A sentence for people, with what to do.</param>
/// <param name="Revert">The offered commit, if there is one.</param>
public sealed record ReversalResult(ReversalState State, string Reason, string? Revert = null);

/// <summary>Takes a landing back, if no one can have built on it; else offers a revert commit.</summary>
public sealed class LandingReversal(GitRepository repository)
{
    private readonly RefStore _refs = new(repository);
    private readonly CommitStore _commits = new(repository);

    /// <summary>Ref that keeps the work of an aborted run.</summary>
    /// <param name="run">Name of the run's folder.</param>
    public static string AbortedRef(string run) => $"refs/orchestrator/aborted/{run}";

    /// <summary>Takes back. Repeating it is harmless.</summary>
    /// <param name="target">The target branch, a full ref name.</param>
    /// <param name="landed">The commit that was landed.</param>
    /// <param name="before">Where the target was before.</param>
    /// <param name="run">The run, for the message of a revert commit and the ref that keeps it
    /// (<c>refs/orchestrator/revert/RUN</c>).</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    public async Task<ReversalResult> TakeBackAsync(
        string target,
        string landed,
        string before,
        string run,
        CancellationToken cancellationToken = default
    )
    {
        var branch = target.StartsWith("refs/heads/", StringComparison.Ordinal) ? target["refs/heads/".Length..] : target;
        var tip = await _refs.ReadAsync(target, cancellationToken);
        if (tip is null || !await _commits.IsAncestorAsync(landed, tip, cancellationToken))
        {
            return new ReversalResult(ReversalState.NotLanded, $"{branch} does not have {landed}.");
        }
        if (tip != landed)
        {
            return await OfferRevertAsync(branch, tip, landed, before, run, "there are newer commits on it", cancellationToken);
        }
        var published = await repository.ReadAsync(
            repository.Call("for-each-ref", "--count=1", "--format=%(refname:short)", "--contains", landed, "refs/remotes"),
            cancellationToken
        );
        return published.Text.Length > 0
            ? await OfferRevertAsync(branch, tip, landed, before, run, $"{published.Text} has it too", cancellationToken)
            : await MoveBackAsync(target, branch, landed, before, cancellationToken);
    }

    private async Task<ReversalResult> MoveBackAsync(
        string target,
        string branch,
        string landed,
        string before,
        CancellationToken cancellationToken
    )
    {
        var checkouts = (await new WorktreeStore(repository).ListAsync(cancellationToken))
            .Where(info => info.Branch == target && !info.IsMissing)
            .ToArray();
        if (checkouts.Length == 0)
        {
            return (await _refs.UpdateAsync([new RefChange(target, before, landed)], "taken back by orchestrate", cancellationToken)).Done
                ? Done()
                : new ReversalResult(ReversalState.CheckoutInUse, $"{branch} was moved by somebody else meanwhile. Try again.");
        }
        var path = checkouts[0].Path;
        var admin = path == repository.MainCheckout ? repository.CommonDirectory : WorktreeAdmin.Find(repository, path);
        if (checkouts.Length > 1 || admin is null || WorktreeStatus.OperationIn(admin) != UnfinishedOperation.None)
        {
            return new ReversalResult(
                ReversalState.CheckoutInUse,
                $"{branch} is in use in {string.Join(", ", checkouts.Select(info => info.Path))}. Finish there, then take back by hand: "
                    + $"git reset --keep {before}"
            );
        }
        try
        {
            // "--keep" goes on only if no file with uncommitted changes differs between the two commits.
            var checkout = new Worktree(repository, path, admin);
            await checkout.WriteAsync(cancellationToken, "reset", "--keep", "--quiet", before);
            return Done();
        }
        catch (GitException e) when (e is not GitLockedException && e.ExitCode is 1 or 128)
        {
            return new ReversalResult(
                ReversalState.CheckoutInUse,
                $"'{path}' has changes in the way. Commit or stash them, then: git reset --keep {before} ({e.ErrorOutput})"
            );
        }

        ReversalResult Done() => new(ReversalState.TakenBack, $"{branch} is at {before} again.");
    }

    /// <summary>The inverse of everything between two commits, applied to the present tip by a merge whose common ancestor is the landed
    /// commit.</summary>
    private async Task<ReversalResult> OfferRevertAsync(
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
        var merged = await new Merges(repository).MergeAsync(tip, inverse, cancellationToken: cancellationToken);
        if (!merged.IsClean)
        {
            return new ReversalResult(
                ReversalState.RevertConflicts,
                $"{branch} was not moved back: {why}, and undoing the run's work conflicts with them in "
                    + $"{FileNames.Some(merged.ConflictedFiles)}. Undo it by hand: git merge {inverse}"
            );
        }
        var commit = await _commits.CreateAsync(
            merged.Tree,
            [tip],
            $"Undo the work of {run}\n\nThis takes back {before}..{landed}.",
            trailers: null,
            cancellationToken
        );
        var name = $"refs/orchestrator/revert/{run}";
        await _refs.UpdateAsync(
            [new RefChange(name, commit, await _refs.ReadAsync(name, cancellationToken))],
            "offered",
            cancellationToken
        );
        return new ReversalResult(
            ReversalState.RevertOffered,
            $"{branch} was not moved back: {why}. A commit that undoes the work is ready: git merge --ff-only {name}",
            commit
        );
    }
}
