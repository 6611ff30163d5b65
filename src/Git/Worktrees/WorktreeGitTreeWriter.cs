namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Writes the files of a worktree, tracked and untracked but not ignored, as a git tree. Uses a temporary index and does not change the
/// worktree. Also works if the index or the <c>.git</c> file is damaged, so that work can be saved before a repair.
/// </summary>
public sealed class WorktreeGitTreeWriter(Worktree worktree)
{
    private static readonly IReadOnlyDictionary<string, string?> Nothing = new Dictionary<string, string?>();

    /// <summary>Writes the files of the worktree as a git tree.</summary>
    /// <param name="cancellationToken">Checked between git calls.</param>
    /// <param name="environment">Environment variables that redirect objects, or null for the repository's object folder.</param>
    /// <param name="without">Files and folders, relative to the root, for which the indexed content is used.</param>
    /// <returns>Id of the tree, and the worktree's commit, or null if it has none.</returns>
    /// <exception cref="GitException">Git can't store the content.</exception>
    public async Task<(string Tree, string? Head)> WriteAsync(
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string?>? environment = null,
        params IReadOnlyList<string> without
    )
    {
        var head = await worktree.ReadHeadAsync(cancellationToken);
        try
        {
            return (await WriteAsync(FromAgentsIndex, environment ?? Nothing, without, cancellationToken), head);
        }
        catch (GitException refusal) when (refusal.IsRefusal && head is not null)
        {
            // The index is damaged or names missing objects, so all files are read again.
            return (
                await WriteAsync(
                    index => FromCommitAsync(head, index, cancellationToken),
                    environment ?? Nothing,
                    without,
                    cancellationToken
                ),
                head
            );
        }
    }

    private async Task<string> WriteAsync(
        Func<TemporaryIndex, Task> begin,
        IReadOnlyDictionary<string, string?> environment,
        IReadOnlyList<string> without,
        CancellationToken cancellationToken
    )
    {
        using var index = new TemporaryIndex(worktree.Repository);
        await begin(index);
        var all = new Dictionary<string, string?>(environment.Concat(index.Environment));

        // The agent is still running, so a file that disappears or can't be read must not prevent the snapshot.
        await new WorktreeStager(worktree, call => worktree.Repository.AddObjectsAsync(call, cancellationToken), all).AddAllAsync(
            without,
            ["--ignore-errors"],
            [0, 1],
            cancellationToken
        );
        return (await worktree.Repository.AddObjectsAsync(worktree.Call("write-tree") with { Environment = all }, cancellationToken)).Text;
    }

    private Task FromAgentsIndex(TemporaryIndex index)
    {
        var agents = Path.Combine(worktree.AdminDirectory, "index");
        if (File.Exists(agents))
        {
            File.Copy(agents, index.Path);
        }
        return Task.CompletedTask;
    }

    private Task<GitCommandResult> FromCommitAsync(string commit, TemporaryIndex index, CancellationToken cancellationToken) =>
        worktree.Repository.AddObjectsAsync(worktree.Call("read-tree", commit) with { Environment = index.Environment }, cancellationToken);
}
