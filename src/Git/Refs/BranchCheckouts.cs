namespace Orchestrator.Git.Refs;

/// <summary>Checkouts whose branch is to be deleted or moved. Git refuses both under a checkout, because its files would then appear as
/// uncommitted changes, or as new files of an unborn branch. <see cref="RefStore"/> applies the same rule to every change of a branch:
/// a deletion is refused, and before a move the checkouts of the user leave the branch and then return to it. Worktrees of ours are
/// brought to the new commit by whoever moves their branch.</summary>
/// <param name="repository">The repository.</param>
public sealed class BranchCheckouts(GitRepository repository)
{
    private const string BranchPrefix = "refs/heads/";

    /// <summary>Written into git's folder of a worktree of ours, last: without it the worktree is not finished.</summary>
    internal const string MarkerName = "orchestrator-ready";

    /// <summary>Replaces the marker while a worktree is in the pool; contains the key of its kept files.</summary>
    internal const string PooledName = "orchestrator-pooled";

    /// <summary>Folders of all checkouts that have a branch, or are in a rebase or bisect of it.</summary>
    /// <param name="branch">The branch, a full ref name.</param>
    public IReadOnlyList<string> Of(string branch) =>
        [
            .. CheckoutHead
                .All(repository)
                .Where(checkout => checkout.Branch == branch || checkout.BranchBeingWorkedOn == branch)
                .Select(checkout => checkout.Path),
        ];

    /// <summary>Explains why a branch stays.</summary>
    /// <param name="branch">The branch, a full ref name.</param>
    /// <param name="except">Folders of checkouts that are about to be removed.</param>
    /// <returns>A sentence with the cure, without its end; null if no checkout has the branch.</returns>
    public string? WhyItStays(string branch, IReadOnlyCollection<string>? except = null) =>
        Of(branch).FirstOrDefault(path => except?.Contains(path) != true) is { } path
            ? $"{Shown(branch)} stays, because '{path}' has it checked out. "
                + (
                    path == repository.MainCheckout
                        ? $"Switch to another branch there (git -C {ProcessCommand.Quote(path)} switch BRANCH)"
                        : $"Remove that worktree (git worktree remove {ProcessCommand.Quote(path)})"
                )
            : null;

    /// <summary>True if runs made the worktree of an administration, even if its files are gone now.</summary>
    internal static bool IsOurs(string admin) =>
        File.Exists(Path.Combine(admin, MarkerName)) || File.Exists(Path.Combine(admin, PooledName));

    /// <summary>Refuses to delete a branch that is checked out.</summary>
    /// <exception cref="GitException">One of them is checked out.</exception>
    internal void RefuseDeletions(IEnumerable<RefChange> changes)
    {
        foreach (var change in changes.Where(change => change.New is null && IsBranch(change.Name)))
        {
            if (WhyItStays(change.Name) is { } why)
            {
                throw new GitException($"{why}, then repeat the command.");
            }
        }
    }

    /// <summary>Moves branches while no checkout of the user has them: each such checkout leaves its branch before and returns to it
    /// afterward.</summary>
    /// <param name="tips">The commits of the refs that are to move, by name; those that are no branches are left out.</param>
    /// <param name="move">Moves them.</param>
    /// <param name="cancellationToken">Checked only before the beginning.</param>
    internal async Task<T> MoveAsync<T>(IReadOnlyDictionary<string, string> tips, Func<Task<T>> move, CancellationToken cancellationToken)
    {
        var left = await LeaveAsync(tips, cancellationToken);
        try
        {
            return await move();
        }
        finally
        {
            await ReturnAsync(left);
        }
    }

    /// <summary>Detaches the head of every checkout of the user that has one of these branches, at the commit of the branch. Killed after
    /// this, the files still match the commit.</summary>
    private async Task<IReadOnlyList<DetachedCheckout>> LeaveAsync(
        IReadOnlyDictionary<string, string> tips,
        CancellationToken cancellationToken
    )
    {
        var left = new List<DetachedCheckout>();
        foreach (var checkout in !tips.Keys.Any(IsBranch) ? [] : CheckoutHead.All(repository).Where(head => !IsOurs(head.Admin)).ToList())
        {
            if (checkout.Branch is not { } branch || !tips.TryGetValue(branch, out var tip))
            {
                continue;
            }
            var leave = checkout.Call("update-ref", "--no-deref", "-m", $"leaves {branch}, which moves", "HEAD", tip, tip);
            var hasLeft = (await repository.WriteAsync(leave with { AnswerCodes = [0, 1, 128] }, cancellationToken)).ExitCode == 0;
            if (!hasLeft && checkout.Branch == branch && await new RefStore(repository).ReadAsync(branch, cancellationToken) == tip)
            {
                // Neither a commit nor a switch of the user's, but a lock or a full disk, which this call reports.
                await repository.WriteAsync(leave, cancellationToken);
                hasLeft = true;
            }
            if (hasLeft)
            {
                left.Add(new DetachedCheckout(checkout, branch, tip));
            }
        }
        return left;
    }

    /// <summary>Returns checkouts to their branch, with their uncommitted changes. A checkout stays detached where the branch does not
    /// contain its commit any more, where uncommitted changes are in the way, or where the user has left meanwhile.</summary>
    private async Task ReturnAsync(IReadOnlyList<DetachedCheckout> left)
    {
        foreach (var (checkout, branch, at) in left)
        {
            var tip = await new RefStore(repository).ReadAsync(branch, CancellationToken.None);
            if (tip is null || checkout.Text != at)
            {
                continue;
            }
            var back =
                tip == at ? checkout.Call("symbolic-ref", "-m", $"back on {branch}", "HEAD", branch)
                : await IsAncestorAsync(at, tip) ? checkout.Call("switch", "--quiet", "--no-guess", "--no-overwrite-ignore", Shown(branch))
                : null;
            try
            {
                if (back is not null)
                {
                    await repository.WriteAsync(back with { AnswerCodes = [0, 1, 128] }, CancellationToken.None);
                }
            }
            catch (GitLockedException)
            {
                // The branch has moved. The checkout stays at its commit, as where changes are in the way.
            }
        }
    }

    private async Task<bool> IsAncestorAsync(string ancestor, string descendant) =>
        (
            await repository.ReadAsync(
                repository.Call("merge-base", "--is-ancestor", ancestor, descendant) with
                {
                    AnswerCodes = [0, 1],
                },
                CancellationToken.None
            )
        ).ExitCode == 0;

    private static bool IsBranch(string name) => name.StartsWith(BranchPrefix, StringComparison.Ordinal);

    private static string Shown(string branch) => IsBranch(branch) ? branch[BranchPrefix.Length..] : branch;

    /// <summary>A checkout that has left its branch while the branch moves.</summary>
    /// <param name="Checkout">The checkout.</param>
    /// <param name="Branch">The branch, a full ref name.</param>
    /// <param name="At">The commit of the checkout.</param>
    private sealed record DetachedCheckout(CheckoutHead Checkout, string Branch, string At);
}
