using Place = (int Priority, long Pass, long Sequence);

namespace Temporal.Server.Matching;

/// <summary>
/// The order of the tasks that wait in one lane: by priority, then by fair shares of their keys, then by arrival. A task's pass is that of
/// the task before it with the same key plus a stride that gets shorter with the weight; a key that comes late begins where the lane is.
/// Guarded by the lock of its queue.
/// </summary>
internal sealed class FairOrder
{
    private const double Stride = 1000;
    private const float LeastWeight = 0.001f;
    private const float MostWeight = 1000;

    private readonly Dictionary<int, Level> _levels = [];

    /// <summary>The pass of a task that joins the lane.</summary>
    public long Join(int priority, string key, float weight)
    {
        if (!_levels.TryGetValue(priority, out var level))
        {
            _levels[priority] = level = new Level();
        }

        var share = weight <= 0 ? 1 : Math.Clamp(weight, LeastWeight, MostWeight);
        var last = level.Last.GetValueOrDefault(key);
        return level.Last[key] = Math.Max(level.Now, last + Math.Max(1, (long)(Stride / share)));
    }

    /// <summary>A task has left the lane.</summary>
    /// <param name="place">
    /// The place it had: its priority (1 for the most urgent tasks, 5 for the least, 0 for queries), its pass, and the order of arrival.
    /// </param>
    /// <param name="isEmpty">True if no task waits any more: the shares of the past are forgotten then.</param>
    public void Leave(Place place, bool isEmpty)
    {
        if (isEmpty)
        {
            _levels.Clear();
        }
        else if (_levels.TryGetValue(place.Priority, out var level))
        {
            level.Now = Math.Max(level.Now, place.Pass);
        }
    }

    private sealed class Level
    {
        /// <summary>The pass of the task that left last.</summary>
        public long Now { get; set; }

        /// <summary>The pass of the last task of each key.</summary>
        public Dictionary<string, long> Last { get; } = new(StringComparer.Ordinal);
    }
}
