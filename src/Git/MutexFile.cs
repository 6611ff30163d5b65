using System.Collections.Concurrent;

namespace Orchestrator.Git;

/// <summary>
/// A file that one holder at a time has open, over all processes; the system frees it when its holder dies. Callers within this process stand in a queue,
/// so that only what waits for another process has to ask again and again: each refusal of the system is an exception, and those cost.
/// </summary>
internal sealed class MutexFile : IDisposable
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Queues = new();
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(3);
    private readonly SemaphoreSlim _queue;
    private FileStream? _file;

    private MutexFile(SemaphoreSlim queue) => _queue = queue;

    /// <summary>Waits for the file without holding a thread.</summary>
    internal static async Task<MutexFile> TakeAsync(string path, CancellationToken cancellationToken)
    {
        var queue = QueueOf(path);
        await queue.WaitAsync(cancellationToken);
        var taken = new MutexFile(queue);
        try
        {
            while (!taken.TryOpen(path))
            {
                await Task.Delay(Pause, cancellationToken);
            }

            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the file on this thread: for what is held for microseconds.</summary>
    internal static MutexFile Take(string path)
    {
        var queue = QueueOf(path);
        queue.Wait();
        var taken = new MutexFile(queue);
        try
        {
            while (!taken.TryOpen(path))
            {
                Thread.Sleep(Pause);
            }

            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _queue.Release();
    }

    private static SemaphoreSlim QueueOf(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return Queues.GetOrAdd(path, _ => new SemaphoreSlim(1, 1));
    }

    private bool TryOpen(string path)
    {
        try
        {
            // On Unix this takes flock(2) for the whole file; it is not inherited by children.
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }
}
