namespace Orchestrator.Processes;

/// <summary>A file that one holder at a time has open, over all processes of a machine; the system frees it when its holder dies.</summary>
public sealed class LockFile : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    // errno(3) on Linux: what flock(2) says of a lock that somebody has.
    private const int WouldBlock = 11;

    private LockFile(FileStream content) => Content = content;

    /// <summary>The file, for what its holders tell each other in it.</summary>
    public FileStream Content { get; }

    /// <summary>Waits for a file, which is made with its folder where it is missing.</summary>
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

    /// <summary>Takes a file, which is made with its folder where it is missing; null: somebody has it.</summary>
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
            // Whatever else is wrong, such as a file system that is only read, does not end by waiting.
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();
}
