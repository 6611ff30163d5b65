namespace Orchestrator.Git.Worktrees;

/// <summary>The index of a worktree in which an agent or person worked: an unreadable one (damaged by a power cut, because an agent's git
/// does not sync, or replaced) is rebuilt, because the files are the work and every git command needs an index.</summary>
/// <param name="worktree">The worktree; no one works in it any more.</param>
public sealed class WorktreeIndex(Worktree worktree)
{
    private readonly string _file = Path.Combine(worktree.AdminDirectory, "index");

    /// <summary>Reads what needs the index; if git refuses that because of the index, it is rebuilt and the read repeated.</summary>
    /// <param name="read">May be called twice.</param>
    /// <param name="otherwise">As in <see cref="RepairAsync"/>.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <returns>The answer, and whether the index was rebuilt.</returns>
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

    /// <summary>Rebuilds it where needed. Files are not touched; staged changes become unstaged ones.</summary>
    /// <param name="otherwise">The commit to build it from if the worktree has no head commit.</param>
    /// <param name="cancellationToken">Checked before.</param>
    /// <returns>It was rebuilt.</returns>
    public async Task<bool> RepairAsync(string otherwise, CancellationToken cancellationToken = default)
    {
        if (await IsReadableAsync(cancellationToken))
        {
            return false;
        }
        if (Directory.Exists(_file) && new DirectoryInfo(_file).LinkTarget is null)
        {
            Directory.Move(_file, $"{_file}-{Guid.NewGuid():N}"); // Whatever is in it, it goes with the worktree.
        }
        else
        {
            File.Delete(_file);
        }
        await worktree.WriteAsync(cancellationToken, "read-tree", await worktree.ReadHeadAsync(cancellationToken) ?? otherwise);
        return true;
    }

    /// <summary>A pipe in its place would block git.</summary>
    private bool IsFile => new WorktreeFiles(worktree.AdminDirectory).HasFile("index");

    /// <summary>Lets git read the whole index, by searching a name that does not exist.</summary>
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
