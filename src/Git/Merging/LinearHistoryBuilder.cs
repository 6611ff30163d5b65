namespace Orchestrator.Git.Merging;

/// <summary>A commit of a branch, usually a merge. In a linear history, it becomes one commit or several copied commits.</summary>
/// <param name="Commit">Commit of the step. Only the difference from its first parent is used.</param>
/// <param name="Message">Message of the resulting commit.</param>
/// <param name="Trailers">Trailers of the resulting commit, or null if the commit has no trailers.</param>
public sealed record CommitToLinearize(string Commit, string Message, CommitTrailers? Trailers)
{
    /// <summary>
    /// Commits of the merged side, oldest first. If copying them one by one produces the same files as the merge, the copies replace the
    /// single commit. The copies retain the author, date and message of the original commits.
    /// </summary>
    public IReadOnlyList<string> Copied { get; init; } = [];
}

/// <summary>
/// Rebuilds the history of a branch on top of another commit, without merge commits. The last commit of the new history has exactly the
/// files of the branch.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="appendedFiles">As in <see cref="TreeMerger.MergeAsync"/>.</param>
/// <param name="signing">Signing settings for the new commits, or null for unsigned commits.</param>
public sealed class LinearHistoryBuilder(
    GitRepository repository,
    IReadOnlyCollection<string> appendedFiles,
    CommitSigningSettings? signing = null
)
{
    private readonly GitCommitReaderAndWriter _commits = new(repository);
    private readonly TreeMerger _merges = new(repository);

    /// <summary>
    /// Creates the linear history without moving a ref. A step that no longer changes anything gets no commit. The changes of steps that
    /// can't be applied separately because of conflicts become part of the last commit.
    /// </summary>
    /// <param name="onto">Commit to start from.</param>
    /// <param name="steps">Steps, oldest first.</param>
    /// <param name="tip">Last commit of the branch, whose files are those of the result.</param>
    /// <param name="rest">Returns the message and the trailers of the last commit, given the steps that could not be applied
    /// separately.</param>
    /// <returns>Id of the last commit, or <paramref name="onto"/> if nothing changes.</returns>
    public async Task<string> MakeAsync(
        string onto,
        IReadOnlyList<CommitToLinearize> steps,
        string tip,
        Func<IReadOnlyList<CommitToLinearize>, (string Message, CommitTrailers Trailers)> rest,
        CancellationToken cancellationToken = default
    )
    {
        var at = await ReadAsync(onto, cancellationToken);
        var left = new List<CommitToLinearize>();
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

    /// <summary>Copies the commits one by one. Returns null if the copies do not produce the same files as the step.</summary>
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

    /// <summary>
    /// Applies the change made by one commit to the files of another commit. Returns the id of the resulting tree, or null if there is a
    /// conflict.
    /// </summary>
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
