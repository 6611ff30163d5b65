using System.Collections.Concurrent;

namespace Orchestrator.Dashboard.Source;

/// <summary>Coalesces concurrent calls with the same key and caches the result briefly.</summary>
/// <param name="time">Clock.</param>
/// <typeparam name="T">Type of the result.</typeparam>
internal sealed class CoalescingCache<T>(TimeProvider time)
{
    /// <summary>Time for which a result is shared with later callers.</summary>
    private static readonly TimeSpan Shared = TimeSpan.FromMilliseconds(80);

    private readonly ConcurrentDictionary<string, (DateTimeOffset Asked, Lazy<Task<T>> Answer)> _asked = new(StringComparer.Ordinal);

    /// <summary>
    /// Returns the result of the work, or a recently cached result. Concurrent callers with the same key share one execution.
    /// </summary>
    /// <param name="key">Key that identifies the work and the state on which it depends.</param>
    /// <param name="work">Does the work. The work must not depend on the first caller's cancellation token, because other callers may wait
    /// for the same result.</param>
    public Task<T> GetAsync(string key, Func<Task<T>> work)
    {
        var now = time.GetUtcNow();
        foreach (var old in _asked.Where(one => now - one.Value.Asked > Shared && one.Value.Answer.Value.IsCompleted))
        {
            _asked.TryRemove(old);
        }
        // Lazy ensures that only one of two concurrent callers does the work.
        return _asked
            .AddOrUpdate(key, _ => (now, new(work)), (_, known) => now - known.Asked > Shared ? (now, new(work)) : known)
            .Answer.Value;
    }
}
