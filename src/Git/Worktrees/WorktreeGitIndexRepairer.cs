namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Reads and repairs the index of a worktree in which an agent or the user worked. Rebuilds an unreadable index, because every git command
/// needs one. A power failure can damage an index, because git calls by agents do not sync to disk, and a program can replace the file.
/// </summary>
/// <param name="worktree">Worktree in which no agent or user is working.</param>
public sealed class WorktreeGitIndexRepairer(Worktree worktree)
{
    private readonly string _file = Path.Combine(worktree.AdminDirectory, "index");

    /// <summary>
    /// Runs a git call that reads the index. If git refuses because of a damaged index, the index is rebuilt and the call is repeated.
    /// </summary>
    /// <param name="read">The read, which may be called twice.</param>
    /// <param name="otherwise">As in <see cref="RepairAsync"/>.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    /// <returns>Result of the read, and true if the index was rebuilt.</returns>
    public async Task<(T Answer, bool Repaired)> ReadAsync<T>(
        Func<Task<T>> read,
        string otherwise,
        CancellationToken cancellationToken = default
    )
    {
        if (IsFile)
        {
            try
            {
                return (await read(), false);
            }
            catch (GitException refusal) when (refusal.IsRefusal)
            {
                if (!await RepairAsync(otherwise, cancellationToken))
                {
                    throw;
                }
                return (await read(), true);
            }
        }
        var repaired = await RepairAsync(otherwise, cancellationToken);
        return (await read(), repaired);
    }

    /// <summary>Rebuilds the index if it is unreadable. The files are not changed, and staged changes become unstaged.</summary>
    /// <param name="otherwise">Commit from which to build the index if HEAD has none.</param>
    /// <param name="cancellationToken">Checked before the first step.</param>
    /// <returns>True if the index was rebuilt.</returns>
    public async Task<bool> RepairAsync(string otherwise, CancellationToken cancellationToken = default)
    {
        if (await IsReadableAsync(cancellationToken))
        {
            return false;
        }
        if (Directory.Exists(_file) && new DirectoryInfo(_file).LinkTarget is null)
        {
            Directory.Move(_file, $"{_file}-{Guid.NewGuid():N}"); // The obstacle is removed later, together with the worktree.
        }
        else
        {
            File.Delete(_file);
        }
        await worktree.WriteAsync(cancellationToken, "read-tree", await worktree.ReadHeadAsync(cancellationToken) ?? otherwise);
        return true;
    }

    /// <summary>True if the index is a regular file. A pipe in its place would block git.</summary>
    private bool IsFile => new WorktreeFileReaderAndWriter(worktree.AdminDirectory).HasFile("index");

    /// <summary>True if git can read the whole index. The test is a search for a name that can't exist in the index.</summary>
    private async Task<bool> IsReadableAsync(CancellationToken cancellationToken) =>
        IsFile
        && (
            await worktree.Repository.ReadAsync(
                worktree.Call("ls-files", "-z", "--", ".git") with
                {
                    AnswerCodes = [0, 1, 128],
                },
                cancellationToken
            )
        ).ExitCode == 0;
}
