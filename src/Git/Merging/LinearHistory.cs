namespace Orchestrator.Git.Merging;

/// <summary>A step of a branch that becomes one commit of a linear history, or several copied commits.</summary>
/// <param name="Commit">Commit of the step, which stands for its difference to the first parent.</param>
/// <param name="Message">Message of the resulting commit.</param>
/// <param name="Trailers">Trailers of the resulting commit, or null for none.</param>
public sealed record LinearStep(string Commit, string Message, CommitTrailers? Trailers)
{
    /// <summary>Commits of the merged side, oldest first, to copy one by one with author, date and message instead of the single commit.
    /// They are copied only if they result in the same files as the step.</summary>
    public IReadOnlyList<string> Copied { get; init; } = [];
}

/// <summary>Rebuilds the history of a branch without merges on top of another commit. The result has exactly the files of the
/// branch.</summary>
/// <param name="repository">The repository.</param>
/// <param name="appendedFiles">As in <see cref="Merges.MergeAsync"/>.</param>
/// <param name="signing">Signing settings for the new commits, or null for unsigned commits.</param>
public sealed class LinearHistory(GitRepository repository, IReadOnlyCollection<string> appendedFiles, CommitSigning? signing = null)
{
    private readonly CommitStore _commits = new(repository);
    private readonly Merges _merges = new(repository);

    /// <summary>Creates the linear history without moving a ref. A step without remaining changes gets no commit. Some steps can't be
    /// applied separately, because they met the other commit's changes only later. They go into the last commit, together with the changes
    /// that join both.</summary>
    /// <param name="onto">Commit to start from.</param>
    /// <param name="steps">Steps, oldest first.</param>
    /// <param name="tip">Last commit of the branch, whose files are those of the result.</param>
    /// <param name="rest">Returns message and trailers of a last commit for changes that no other commit contains, given the steps in
    /// it.</param>
    /// <returns>Id of the last commit, or <paramref name="onto"/> if nothing changes.</returns>
    public async Task<string> MakeAsync(
        string onto,
        IReadOnlyList<LinearStep> steps,
        string tip,
        Func<IReadOnlyList<LinearStep>, (string Message, CommitTrailers Trailers)> rest,
        CancellationToken cancellationToken = default
    )
    {
        var at = await ReadAsync(onto, cancellationToken);
        var left = new List<LinearStep>();
        foreach (var step in steps)
        {
            if (await TreeOnAsync(step.Commit, at, cancellationToken) is not { } tree)
            {
                left.Add(step);
            }
            else if (tree != at.Tree)
            {
                at =
                    await CopyAsync(step.Copied, at, tree, cancellationToken)
                    ?? await CommitAsync(tree, at, step.Message, step.Trailers, cancellationToken);
            }
        }
        var whole = (await ReadAsync(tip, cancellationToken)).Tree;
        if (at.Tree != whole)
        {
            var (message, trailers) = rest(left);
            at = await CommitAsync(whole, at, message, trailers, cancellationToken);
        }
        return at.Id;
    }

    /// <summary>Copies the commits one by one, or returns null if they do not result in these files.</summary>
    private async Task<CommitInfo?> CopyAsync(IReadOnlyList<string> copied, CommitInfo at, string tree, CancellationToken cancellationToken)
    {
        foreach (var commit in copied)
        {
            if (await TreeOnAsync(commit, at, cancellationToken) is not { } next)
            {
                return null;
            }
            if (next != at.Tree)
            {
                at = await ReadAsync(await _commits.CopyAsync(commit, next, at.Id, signing, cancellationToken), cancellationToken);
            }
        }
        return copied.Count > 0 && at.Tree == tree ? at : null;
    }

    /// <summary>Applies a commit's change to another commit and returns the tree, or null on a conflict.</summary>
    private async Task<string?> TreeOnAsync(string commit, CommitInfo at, CancellationToken cancellationToken)
    {
        if ((await _commits.ReadAsync(commit + "^", cancellationToken))?.Tree == at.Tree)
        {
            return (await ReadAsync(commit, cancellationToken)).Tree;
        }
        var applied = await _merges.ApplyAsync(commit, at.Id, appendedFiles, cancellationToken);
        return applied.IsClean ? applied.Tree : null;
    }

    private async Task<CommitInfo> CommitAsync(
        string tree,
        CommitInfo parent,
        string message,
        CommitTrailers? trailers,
        CancellationToken cancellationToken
    ) => await ReadAsync(await _commits.CreateAsync(tree, [parent.Id], message, trailers, signing, cancellationToken), cancellationToken);

    private async Task<CommitInfo> ReadAsync(string commit, CancellationToken cancellationToken) =>
        await _commits.ReadAsync(commit, cancellationToken)
        ?? throw new GitException($"{commit} is not a commit of '{repository.CommonDirectory}'.");
}
