using System.Collections.Concurrent;

namespace Orchestrator.Dashboard.Source;

/// <summary>Work that several ask for at once is done once, and what came of it is good for those who ask shortly after.</summary>
/// <param name="time">The clock.</param>
/// <typeparam name="T">What comes of it.</typeparam>
internal sealed class SharedWork<T>(TimeProvider time)
{
    /// <summary>The time for which an answer serves others who ask the same.</summary>
    private static readonly TimeSpan Shared = TimeSpan.FromMilliseconds(80);

    private readonly ConcurrentDictionary<string, (DateTimeOffset Asked, Lazy<Task<T>> Answer)> _asked = new(StringComparer.Ordinal);

    /// <summary>Returns the result of the work.</summary>
    /// <param name="key">The same for the same work on the same state.</param>
    /// <param name="work">Does it. It must not end with whoever has asked first: others may wait for the same answer.</param>
    public Task<T> GetAsync(string key, Func<Task<T>> work)
    {
        var now = time.GetUtcNow();
        foreach (var old in _asked.Where(one => now - one.Value.Asked > Shared && one.Value.Answer.Value.IsCompleted))
        {
            _asked.TryRemove(old);
        }
        // Lazy: of two who ask at the same moment one does the work.
        return _asked
            .AddOrUpdate(key, _ => (now, new(work)), (_, known) => now - known.Asked > Shared ? (now, new(work)) : known)
            .Answer.Value;
    }
}
