namespace Orchestrator.Git.Refs;

/// <summary>
/// Protects checkouts whose branch is about to be deleted or moved, because their files would otherwise appear as changed.
/// <see cref="RefStore"/> refuses to delete a checked-out branch. While a branch moves, HEAD is detached in the user's checkouts;
/// orchestrate's own worktrees are updated by the code that moves their branch.
/// </summary>
/// <param name="repository">The repository.</param>
public sealed class CheckedOutBranchProtector(GitRepository repository)
{
    private const string BranchPrefix = "refs/heads/";

    /// <summary>
    /// Name of the marker file in the administrative folder of one of orchestrate's worktrees. The marker is written last and means that
    /// the worktree is complete.
    /// </summary>
    internal const string MarkerName = "orchestrator-ready";

    /// <summary>
    /// Name of the file that replaces the marker while a worktree is pooled. The content of the file shows whether retained files, such as
    /// installed packages, still fit a new task.
    /// </summary>
    internal const string PooledName = "orchestrator-pooled";

    /// <summary>Returns the folders of all checkouts in which the branch is checked out or is being rebased or bisected.</summary>
    /// <param name="branch">Full ref name of the branch.</param>
    public IReadOnlyList<string> Of(string branch) =>
        [
            .. CheckoutHead
                .All(repository)
                .Where(checkout => checkout.Branch == branch || checkout.BranchBeingWorkedOn == branch)
                .Select(checkout => checkout.Path),
        ];

    /// <summary>Returns a sentence that explains why a branch can't be deleted, or null if the branch is not checked out.</summary>
    /// <param name="branch">Full ref name of the branch.</param>
    /// <param name="except">Folders of checkouts that are about to be removed.</param>
    /// <returns>Sentence that explains the fix, without a full stop, or null if the branch is not checked out.</returns>
    public string? ReasonToKeep(string branch, IReadOnlyCollection<string>? except = null) =>
        Of(branch).FirstOrDefault(path => except?.Contains(path) != true) is { } path
            ? $"{ShortName(branch)} is kept, because it is checked out in '{path}'. "
                + (
                    path == repository.MainCheckout
                        ? $"Switch to another branch there (git -C {ChildProcessOptions.Quote(path)} switch BRANCH)"
                        : $"Remove that worktree (git worktree remove {ChildProcessOptions.Quote(path)})"
                )
            : null;

    /// <summary>True if a run created the worktree with the given administrative folder, even if the files of the worktree no longer
    /// exist.</summary>
    internal static bool IsOurs(string admin) =>
        File.Exists(Path.Combine(admin, MarkerName)) || File.Exists(Path.Combine(admin, PooledName));

    /// <summary>Throws if a branch to be deleted is checked out.</summary>
    /// <exception cref="GitException">A branch to be deleted is checked out.</exception>
    internal void RefuseDeletions(IEnumerable<RefChange> changes)
    {
        foreach (var change in changes.Where(change => change.New is null && IsBranch(change.Name)))
        {
            if (ReasonToKeep(change.Name) is { } why)
            {
                throw new GitException($"{why}, then repeat the command.");
            }
        }
    }

    /// <summary>
    /// Moves branches that the user may have checked out. Each such checkout has its HEAD detached before the move and reattached to the
    /// branch afterward.
    /// </summary>
    /// <param name="tips">Current commits of the refs to move, by ref name. Refs that are not branches are ignored.</param>
    /// <param name="move">Moves the refs.</param>
    /// <param name="cancellationToken">Checked only before the first step.</param>
    internal async Task<T> MoveAsync<T>(IReadOnlyDictionary<string, string> tips, Func<Task<T>> move, CancellationToken cancellationToken)
    {
        var left = await DetachAsync(tips, cancellationToken);
        try
        {
            return await move();
        }
        finally
        {
            await ReturnAsync(left);
        }
    }

    /// <summary>
    /// Detaches HEAD, without changing its commit, in each of the user's checkouts that has one of the branches checked out. If the process
    /// is killed afterward, the files still match HEAD.
    /// </summary>
    private async Task<IReadOnlyList<DetachedCheckout>> DetachAsync(
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
                // Neither a commit nor a switch by the user caused the failure, so the cause is a lock or a full disk. The next call throws
                // with that cause.
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

    /// <summary>
    /// Reattaches checkouts to their branch, with their uncommitted changes. A checkout stays detached if the branch lacks its commit, if
    /// uncommitted changes prevent the switch, or if the user has switched to another commit.
    /// </summary>
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
                : await IsAncestorAsync(at, tip)
                    ? checkout.Call("switch", "--quiet", "--no-guess", "--no-overwrite-ignore", ShortName(branch))
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
                // The checkout stays detached at its commit, because the branch was moved or uncommitted changes block the switch.
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

    private static string ShortName(string branch) => IsBranch(branch) ? branch[BranchPrefix.Length..] : branch;

    /// <summary>A checkout whose HEAD is detached while its branch moves.</summary>
    /// <param name="Checkout">The checkout.</param>
    /// <param name="Branch">Full ref name of the branch.</param>
    /// <param name="At">Commit of the checkout.</param>
    private sealed record DetachedCheckout(CheckoutHead Checkout, string Branch, string At);
}
