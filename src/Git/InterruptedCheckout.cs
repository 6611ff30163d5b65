using Orchestrator.Processes;

namespace Orchestrator.Git;

/// <summary>
/// A checkout in which a fast-forward was killed: some files are old, some new, and the index may be either. Files that equal the old or the new
/// commit's are ours to set back; any other is the user's and is not touched.
/// </summary>
internal sealed class InterruptedCheckout(Worktree checkout)
{
    /// <summary>Sets the files of the fast-forward back to the old commit, unless somebody has changed one of them since.</summary>
    /// <returns>The files that somebody has changed; if there are any, nothing was done.</returns>
    internal async Task<IReadOnlyList<string>> TakeBackAsync(string old, string @new, CancellationToken cancellationToken)
    {
        var changes = await new Diffs(checkout.Repository).BetweenAsync(old, @new, cancellationToken);
        var unlikeOld = await DifferingFromAsync(old, changes, cancellationToken);
        var unlikeNew = await DifferingFromAsync(@new, changes, cancellationToken);
        var foreign = unlikeOld.Intersect(unlikeNew).Order(StringComparer.Ordinal).ToArray();
        if (foreign.Length > 0)
        {
            return foreign;
        }

        foreach (var added in changes.Where(change => change.Change == FileChange.Added))
        {
            File.Delete(Path.Combine(checkout.Path, added.Path));
        }

        await RestoreAsync(changes, cancellationToken);
        return [];
    }

    /// <summary>
    /// The files among <paramref name="changes"/> that on disk are not as in a commit. Done by a throw-away index, so that git's own rules for line ends
    /// and filters decide what is equal.
    /// </summary>
    private async Task<IReadOnlyCollection<string>> DifferingFromAsync(
        string commit, IReadOnlyList<ChangedFile> changes, CancellationToken cancellationToken)
    {
        var index = Path.Combine(checkout.Repository.OwnDirectory, "tmp", $"index-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path.GetDirectoryName(index)!);
        try
        {
            var environment = new Dictionary<string, string?> { ["GIT_INDEX_FILE"] = index };
            await checkout.WriteAsync(checkout.Call("read-tree", commit) with { Environment = environment }, cancellationToken);
            var output = await checkout.Repository.ReadAsync(
                checkout.Call("diff-files", "--name-only", "-z", "--no-ext-diff", "--no-textconv") with { Environment = environment }, cancellationToken);
            var differing = output.Fields().ToHashSet();
            var inCommit = (await new Commits(checkout.Repository).ListFilesAsync(commit, cancellationToken)).Select(file => file.Path).ToHashSet();
            return
            [
                .. changes.Select(change => change.Path).Where(path => inCommit.Contains(path)
                    ? differing.Contains(path)
                    : Path.Exists(Path.Combine(checkout.Path, path))),
            ];
        }
        finally
        {
            File.Delete(index);
        }
    }

    private async Task RestoreAsync(IReadOnlyList<ChangedFile> changes, CancellationToken cancellationToken)
    {
        // The index is either as in the old or as in the new commit, so that a path may be unknown to it: each path is told which content it has to have.
        var script = string.Concat(changes.Select(change => change.Change == FileChange.Added
            ? $"0 {new string('0', change.OldId.Length)}\t{change.Path}\0"
            : $"{change.OldMode} {change.OldId}\t{change.Path}\0"));
        await checkout.WriteAsync(
            checkout.Call("update-index", "-z", "--index-info") with { Input = ProcessInput.FromText(script) }, cancellationToken);
        var toWrite = string.Concat(changes.Where(change => change.Change != FileChange.Added).Select(change => change.Path + "\0"));
        await checkout.WriteAsync(
            checkout.Call("checkout-index", "--force", "--index", "-z", "--stdin") with { Input = ProcessInput.FromText(toWrite) }, cancellationToken);
    }
}
