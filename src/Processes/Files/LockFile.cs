using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>A file that one holder at a time has open, over all processes of a machine; the system frees it when its holder dies.</summary>
public sealed partial class LockFile : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    // flock(2), and errno(3) for a lock that is held.
    private const int Exclusive = 2;
    private const int DoNotWait = 4;
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

    /// <summary>Waits for the lock as <see cref="TakeAsync"/> does, for those that hold it only for a moment.</summary>
    /// <param name="path">The file.</param>
    public static LockFile Take(string path, CancellationToken cancellationToken)
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

    /// <summary>Tries to take the lock; the file and its folder are created where missing. Null: it is held.</summary>
    /// <param name="path">The file.</param>
    public static LockFile? TryTake(string path)
    {
        var file = OwnFile.Open(path);

        // As .NET's FileShare.None does it: children do not inherit the lock, and a file system without locks has none.
        if (Lock((int)file.SafeFileHandle.DangerousGetHandle(), Exclusive | DoNotWait) == 0 || Marshal.GetLastPInvokeError() != WouldBlock)
        {
            return new LockFile(file);
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
