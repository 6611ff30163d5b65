using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>
/// A file lock that only one holder can have at a time, across all processes of a host. The system releases the lock if the holder dies.
/// </summary>
public sealed partial class InterProcessFileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    // Constants of flock(2), and of errno(3) for a lock that is held.
    private const int Exclusive = 2;
    private const int DoNotWait = 4;
    private const int WouldBlock = 11;

    private InterProcessFileLock(FileStream content) => Content = content;

    /// <summary>Stream for the content of the lock file, in which holders leave notes for later holders.</summary>
    public FileStream Content { get; }

    /// <summary>Waits for the lock and takes it. The file and its folder are created if they do not exist.</summary>
    /// <param name="path">Path of the file.</param>
    public static async Task<InterProcessFileLock> AcquireAsync(string path, CancellationToken cancellationToken)
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

    /// <summary>
    /// Takes the lock as <see cref="AcquireAsync"/> does, but blocks the thread while it waits. Use only for locks that are held briefly.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    public static InterProcessFileLock Acquire(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }
            cancellationToken.WaitHandle.WaitOne(Pause);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Tries to take the lock, and returns null if it is held. The file and its folder are created if they do not
    /// exist.</summary>
    /// <param name="path">Path of the file.</param>
    public static InterProcessFileLock? TryTake(string path)
    {
        var file = SymlinkSafeFileWriter.Open(path);

        // As with FileShare.None in .NET, children do not inherit the lock, and the lock is always granted on a file system without locks.
        if (Lock((int)file.SafeFileHandle.DangerousGetHandle(), Exclusive | DoNotWait) == 0 || Marshal.GetLastPInvokeError() != WouldBlock)
        {
            return new InterProcessFileLock(file);
        }
        file.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Lock(int file, int operation);
}
