namespace Orchestrator.Git;

/// <summary>
/// Lets one process at a time make or remove worktrees of a repository, or land in its checkout, since git's own steps for that race: another's landing
/// looks like changes of the user's. The system frees it when its holder dies.
/// </summary>
internal sealed class WorktreeLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(3);
    private readonly FileStream _file;

    private WorktreeLock(FileStream file) => _file = file;

    internal static async Task<WorktreeLock> AcquireAsync(GitRepository repository, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(repository.OwnDirectory);
        var path = Path.Combine(repository.OwnDirectory, "worktrees.mutex");
        while (true)
        {
            try
            {
                // On Unix this takes flock(2) for the whole file; it is not inherited by children.
                return new WorktreeLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
