namespace Temporalio.Worker.Telemetry;

/// <summary>How often a run was found in the cache.</summary>
internal sealed class CacheStatistics(TaskMetrics metrics)
{
    private int _hits;
    private int _misses;

    public int Hits => Volatile.Read(ref _hits);

    public int Misses => Volatile.Read(ref _misses);

    public void Found()
    {
        Interlocked.Increment(ref _hits);
        metrics.StickyCacheHit.Add(1);
    }

    public void Missed()
    {
        Interlocked.Increment(ref _misses);
        metrics.StickyCacheMiss.Add(1);
    }
}
