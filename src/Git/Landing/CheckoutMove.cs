using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Landing;

/// <summary>Moves a user's checkout forward. Files that differ right after a checkout (<see cref="PristineFiles"/>) do not stop it,
/// although git takes them for uncommitted changes.</summary>
internal sealed class CheckoutMove(Worktree checkout)
{
    /// <summary>Moves the checkout and its branch. A killed move is undone by <see cref="InterruptedCheckout"/>.</summary>
    /// <param name="old">The commit that the branch is at.</param>
    /// <param name="new">A descendant of it.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <exception cref="GitException">git refuses; then no file is changed.</exception>
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

    /// <summary>True if git refused because it takes files for changed.</summary>
    public static bool IsOfLocalChanges(GitException refusal) =>
        refusal.ErrorOutput.Contains("Your local changes", StringComparison.Ordinal);

    /// <summary>Moves with the pristine files out of git's way: it writes over a missing file.</summary>
    private async Task ForwardOverAsync(IReadOnlyCollection<string> pristine, string commit)
    {
        var files = new WorktreeFiles(checkout.Path);
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
                Input = ProcessInput.FromBytes(FileNames.Encode(string.Concat(pristine.Select(path => path + "\0")))),
            };
            await checkout.WriteAsync(call, CancellationToken.None);
            throw;
        }
    }

    /// <summary>The files in git's way, if all of them are as a checkout of the index writes them; else none.</summary>
    private async Task<IReadOnlyCollection<string>> FindPristineAsync(string old, string @new, CancellationToken cancellationToken)
    {
        var moved = (await new Diffs(checkout.Repository).BetweenAsync(old, @new, cancellationToken)).ToDictionary(file => file.Path);
        var output = await checkout.Repository.ReadAsync(checkout.Call(DiffCommands.OfFiles(DiffCommands.Raw)), cancellationToken);
        var inTheWay = Diffs.ParseRaw(output).Where(file => file.Change != FileChange.Deleted && moved.ContainsKey(file.Path)).ToList();
        // What is staged is somebody's decision.
        if (inTheWay.Any(file => file.OldId != moved[file.Path].OldId))
        {
            return [];
        }
        var pristine = await new PristineFiles(checkout).FindAsync(
            [.. inTheWay.Select(file => new TreeFile(file.Path, file.OldMode, file.OldId))],
            cancellationToken
        );
        return pristine.Count == inTheWay.Count ? pristine : [];
    }

    private Task<GitOutput> MergeAsync(string commit, CancellationToken cancellationToken) =>
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
