using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Landing;

/// <summary>
/// Moves a user's checkout forward. Files that git reports as changed even right after a checkout (<see cref="FalselyModifiedFileFinder"/>)
/// do not block the move.
/// </summary>
internal sealed class UserCheckoutFastForwarder(Worktree checkout)
{
    /// <summary>
    /// Moves the checkout and its branch. If git is killed during the move, <see cref="InterruptedCheckoutRestorer"/> undoes the move.
    /// </summary>
    /// <param name="old">Current commit of the branch.</param>
    /// <param name="new">Descendant of the current commit.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    /// <exception cref="GitException">Git refuses. No file is changed then.</exception>
    public async Task ForwardAsync(string old, string @new, CancellationToken cancellationToken)
    {
        try
        {
            await MergeAsync(@new, cancellationToken);
        }
        catch (GitException refusal) when (IsOfLocalChanges(refusal))
        {
            var pristine = await FindPristineAsync(old, @new, cancellationToken);
            if (pristine.Count == 0)
            {
                throw;
            }
            await ForwardOverAsync(pristine, @new);
        }
    }

    /// <summary>True if git refused to move the checkout because it considers files in the checkout to be changed.</summary>
    public static bool IsOfLocalChanges(GitException refusal) =>
        refusal.ErrorOutput.Contains("Your local changes", StringComparison.Ordinal);

    /// <summary>
    /// Deletes the files that only seem to be changed, and then moves the checkout. Git refuses to overwrite changed files, but creates
    /// missing ones.
    /// </summary>
    private async Task ForwardOverAsync(IReadOnlyCollection<string> pristine, string commit)
    {
        var files = new WorktreeFileReaderAndWriter(checkout.Path);
        foreach (var path in pristine)
        {
            files.RemoveFile(path);
        }
        try
        {
            await MergeAsync(commit, CancellationToken.None);
        }
        catch (GitException)
        {
            var call = checkout.Call("checkout-index", "--index", "--quiet", "-z", "--stdin") with
            {
                Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(string.Concat(pristine.Select(path => path + "\0")))),
            };
            await checkout.WriteAsync(call, CancellationToken.None);
            throw;
        }
    }

    /// <summary>
    /// Returns the files that make git refuse to move the checkout, if all of them are unchanged since the last checkout. Otherwise,
    /// returns an empty list.
    /// </summary>
    private async Task<IReadOnlyCollection<string>> FindPristineAsync(string old, string @new, CancellationToken cancellationToken)
    {
        var moved = (await new GitDiffReader(checkout.Repository).BetweenAsync(old, @new, cancellationToken)).ToDictionary(file =>
            file.Path
        );
        var output = await checkout.Repository.ReadAsync(
            checkout.Call(GitDiffArgumentBuilder.OfFiles(GitDiffArgumentBuilder.Raw)),
            cancellationToken
        );
        var inTheWay = GitDiffReader
            .ParseRaw(output)
            .Where(file => file.Change != FileChange.Deleted && moved.ContainsKey(file.Path))
            .ToList();
        // Staged changes were made on purpose, so they must block the move.
        if (inTheWay.Any(file => file.OldId != moved[file.Path].OldId))
        {
            return [];
        }
        var pristine = await new FalselyModifiedFileFinder(checkout).FindAsync(
            [.. inTheWay.Select(file => new GitTreeFile(file.Path, file.OldMode, file.OldId))],
            cancellationToken
        );
        return pristine.Count == inTheWay.Count ? pristine : [];
    }

    private Task<GitCommandResult> MergeAsync(string commit, CancellationToken cancellationToken) =>
        checkout.WriteAsync(
            cancellationToken,
            "merge",
            "--ff-only",
            "--no-overwrite-ignore",
            "--no-autostash",
            "--no-verify-signatures",
            "--quiet",
            commit
        );
}
