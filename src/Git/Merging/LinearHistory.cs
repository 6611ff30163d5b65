namespace Orchestrator.Git.Merging;

/// <summary>A step of a branch that becomes one commit of a linear history, or the commits of its side.</summary>
/// <param name="Commit">Its commit; what counts is its difference to its first parent.</param>
/// <param name="Message">The message of its one commit.</param>
/// <param name="Trailers">The trailers of its one commit; null: none.</param>
public sealed record LinearStep(string Commit, string Message, CommitTrailers? Trailers)
{
    /// <summary>Commits to take over one by one instead, with author, date and message, the first one first: a merge's side. They are, if
    /// they come to the same files as the step.</summary>
    public IReadOnlyList<string> Copied { get; init; } = [];
}

/// <summary>Makes the history of a branch again without merges, on another commit. It ends with exactly the files of the branch.</summary>
/// <param name="repository">The repository.</param>
/// <param name="appendedFiles">As in <see cref="Merges.MergeAsync"/>.</param>
/// <param name="signing">How its commits are signed; null: they are not.</param>
public sealed class LinearHistory(GitRepository repository, IReadOnlyCollection<string> appendedFiles, CommitSigning? signing = null)
{
    private readonly CommitStore _commits = new(repository);
    private readonly Merges _merges = new(repository);

    /// <summary>Makes it. No ref is moved. A step that changes nothing any more has no commit; one that can't be applied by itself, because
    /// it met the other commit's changes later, is in the last commit, with what was changed to join both.</summary>
    /// <param name="onto">The commit to begin at.</param>
    /// <param name="steps">The steps, the first one first.</param>
    /// <param name="tip">The branch's last commit: its files are those of the result.</param>
    /// <param name="rest">Message and trailers of a last commit for what is in no other one, by the steps whose work is in it.</param>
    /// <returns>The last commit; <paramref name="onto"/> where nothing is changed.</returns>
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

    /// <summary>The commits one by one; null where they do not come to these files.</summary>
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

    /// <summary>The files of a commit's change on another commit; null where they conflict.</summary>
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
        ?? throw new GitException($"{commit} is no commit of '{repository.CommonDirectory}'.");
}
