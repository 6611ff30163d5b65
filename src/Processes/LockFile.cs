namespace Orchestrator.Processes;

/// <summary>A file that one holder at a time has open, over all processes of a machine; the system frees it when its holder dies.</summary>
public sealed class LockFile : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    // errno(3) on Linux: flock(2) on a lock that is held.
    private const int WouldBlock = 11;

    private LockFile(FileStream content) => Content = content;

    /// <summary>The file, for notes between its holders.</summary>
    public FileStream Content { get; }

    /// <summary>Waits for the lock; the file and its folder are created where missing.</summary>
    /// <param name="path">The file.</param>
    public static async Task<LockFile> TakeAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>Tries to take the lock; the file and its folder are created where missing. Null: it is held.</summary>
    /// <param name="path">The file.</param>
    public static LockFile? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            // On Unix this takes flock(2) for the whole file; children do not inherit it.
            return new LockFile(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException busy) when (busy.HResult == WouldBlock)
        {
            // Any other error, such as a read-only file system, would not go away by waiting.
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();
}
