namespace Orchestrator.Git.Worktrees;

/// <summary>The index of a worktree in which an agent or the user worked. An unreadable index is rebuilt, because the files are the work
/// and every git command needs an index. An index can be damaged by a power cut, because an agent's git does not sync, or it can be
/// replaced.</summary>
/// <param name="worktree">Worktree in which no agent or user works any more.</param>
public sealed class WorktreeIndex(Worktree worktree)
{
    private readonly string _file = Path.Combine(worktree.AdminDirectory, "index");

    /// <summary>Runs a read that needs the index. If git refuses because of the index, the index is rebuilt and the read is
    /// repeated.</summary>
    /// <param name="read">The read, which may be called twice.</param>
    /// <param name="otherwise">As in <see cref="RepairAsync"/>.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
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

    /// <summary>Rebuilds the index if needed. Files are not touched, and staged changes become unstaged.</summary>
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
            Directory.Move(_file, $"{_file}-{Guid.NewGuid():N}"); // Removed later together with the worktree.
        }
        else
        {
            File.Delete(_file);
        }
        await worktree.WriteAsync(cancellationToken, "read-tree", await worktree.ReadHeadAsync(cancellationToken) ?? otherwise);
        return true;
    }

    /// <summary>True if the index is a regular file. A pipe in its place would block git.</summary>
    private bool IsFile => new WorktreeFiles(worktree.AdminDirectory).HasFile("index");

    /// <summary>True if git can read the whole index, tested by a search for a name that does not exist.</summary>
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
