namespace Temporal.Server.Matching;

/// <summary>Measures the average number of tasks per second over the last 30 seconds. Callers must hold the queue's lock.</summary>
internal sealed class TaskQueueRateMeter
{
    private const int Window = 30;

    // Counts per second of the window, indexed by the second modulo the window length.
    private readonly int[] _counts = new int[Window];
    private long _second = Now;

    private static long Now => Environment.TickCount64 / 1000;

    /// <summary>Number of tasks per second.</summary>
    public float PerSecond
    {
        get
        {
            Forget();
            return _counts.Sum() / (float)Window;
        }
    }

    /// <summary>Counts one task that was added or dispatched.</summary>
    public void Add()
    {
        Forget();
        _counts[_second % Window]++;
    }

    private void Forget()
    {
        var now = Now;
        for (var second = Math.Max(_second + 1, now - Window + 1); second <= now; second++)
        {
            _counts[second % Window] = 0;
        }

        _second = now;
    }
}
