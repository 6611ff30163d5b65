namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Performs all operations that overwrite or remove files in worktrees: resets, cleaning, forced checkouts and removal. A test ensures that
/// no other class does so.
/// </summary>
/// <param name="permit">Proof that the worktree's content may be discarded.</param>
public sealed class WorktreeContentDiscarder(Worktree worktree, WorktreeDiscardPermit permit)
{
    private static readonly string[] ParallelCheckout = ["checkout.workers=0"];

    /// <summary>
    /// Resets the files and the checked-out branch to a commit. Keeps ignored files and nested repositories, which could not be restored,
    /// because snapshots do not contain them.
    /// </summary>
    public async Task ToAsync(string commit, CancellationToken cancellationToken = default)
    {
        permit.Check(worktree.Path);
        await worktree.WriteAsync(cancellationToken, "reset", "--hard", "--quiet", commit);
        await CleanAsync(cancellationToken, "-fdq");
    }

    /// <summary>Restores the files at the given paths from a commit.</summary>
    public async Task PutBackAsync(string commit, IReadOnlyCollection<string> paths, CancellationToken cancellationToken = default)
    {
        permit.Check(worktree.Path);
        if (paths.Count > 0)
        {
            await worktree.WriteAsync(
                worktree.Call(
                    "--literal-pathspecs",
                    "checkout",
                    "--quiet",
                    "--force",
                    commit,
                    "--pathspec-from-file=-",
                    "--pathspec-file-nul"
                ) with
                {
                    Input = ListOf(paths),
                    Settings = ParallelCheckout,
                },
                cancellationToken
            );
        }
    }

    /// <summary>
    /// Restores the files at the given paths from a separate index, so manipulation of the worktree's own index has no effect.
    /// </summary>
    internal Task PutBackAsync(
        IReadOnlyDictionary<string, string?> index,
        IReadOnlyCollection<string> paths,
        CancellationToken cancellationToken
    )
    {
        permit.Check(worktree.Path);
        return worktree.WriteAsync(
            worktree.Call("checkout-index", "--force", "--index", "--quiet", "-z", "--stdin") with
            {
                Input = ListOf(paths),
                Settings = [.. ParallelCheckout, .. ChangeDetectionGitConfig.Settings(worktree.Repository)],
                Environment = index,
            },
            cancellationToken
        );
    }

    private static ProcessStandardInput ListOf(IEnumerable<string> paths) =>
        ProcessStandardInput.FromBytes(FileNameEncoding.Encode(string.Concat(paths.Select(path => path + "\0"))));

    /// <summary>Removes the given files, links or folders. Returns those that can't be removed, with the reason.</summary>
    /// <returns>Paths that can't be removed, with the reason.</returns>
    public IReadOnlyList<(string Path, string Reason)> Remove(IEnumerable<string> paths, CancellationToken cancellationToken = default)
    {
        permit.Check(worktree.Path);
        worktree.CheckInPlace();
        var files = new WorktreeFileReaderAndWriter(worktree.Path);
        var left = new List<(string Path, string Reason)>();
        foreach (var path in paths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                files.Remove(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                left.Add((path, e.Message));
            }
        }
        return left;
    }

    /// <summary>Writes the files of a commit to the worktree as uncommitted changes.</summary>
    internal async Task PutInAsync(string commit, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        permit.Check(worktree.Path);
        await worktree.WriteAsync(
            worktree.Call("read-tree", "--reset", "-u", commit) with
            {
                Environment = environment,
            },
            cancellationToken
        );
        await worktree.WriteAsync(
            worktree.Call("reset", "--quiet", "--mixed", "HEAD") with
            {
                Environment = environment,
            },
            cancellationToken
        );
    }

    /// <summary>Checks out a branch or commit, and overwrites existing files.</summary>
    /// <param name="where">Arguments of git-checkout(1).</param>
    /// <param name="cancellationToken">Checked before the first step.</param>
    internal Task CheckOutAsync(IEnumerable<string> where, CancellationToken cancellationToken)
    {
        permit.Check(worktree.Path);
        return worktree.WriteAsync(
            worktree.Call(["checkout", "--quiet", "--force", .. where]) with
            {
                Settings = [.. ParallelCheckout, .. ChangeDetectionGitConfig.Settings(worktree.Repository)],
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Removes untracked and ignored files, including nested repositories, unless they match a pattern in <paramref name="keep"/>.
    /// </summary>
    internal async Task RemoveUntrackedAsync(IEnumerable<string>? keep, CancellationToken cancellationToken)
    {
        permit.Check(worktree.Path);
        cancellationToken.ThrowIfCancellationRequested();
        string[] kept = [.. keep ?? []];
        if (kept.Length == 0)
        {
            File.Delete(worktree.SetupMark);
        }
        await CleanAsync(cancellationToken, ["-ffdxq", .. kept.SelectMany(pattern => (string[])["-e", pattern])]);
    }

    /// <summary>Removes a worktree, complete or not, with its administrative folder.</summary>
    internal static void Remove(GitRepository repository, string path, WorktreeDiscardPermit permit)
    {
        permit.Check(path);
        new WorktreeOperationJournal(repository).RemoveClaimed(path);
    }

    private Task<GitCommandResult> CleanAsync(CancellationToken cancellationToken, params IEnumerable<string> options) =>
        worktree.WriteAsync(cancellationToken, ["clean", .. options]);
}
