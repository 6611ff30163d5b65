using Place = (int Priority, long Pass, long Sequence);

namespace Temporal.Server.Matching;

/// <summary>
/// Orders the waiting tasks of one worker version by priority, then by the fair share of each fairness key (stride scheduling), then by
/// arrival. A task's position is that of the preceding task with the same key plus a stride, which is inversely proportional to the key's
/// weight. No new position is lower than the highest position of the tasks that have left. Callers must hold the queue's lock.
/// </summary>
internal sealed class FairTaskOrder
{
    private const double Stride = 1000;
    private const float LeastWeight = 0.001f;
    private const float MostWeight = 1000;

    private readonly Dictionary<int, FairPriorityLevel> _levels = [];

    /// <summary>Assigns a fair-share position to a task that starts to wait.</summary>
    public long Join(int priority, string key, float weight)
    {
        if (!_levels.TryGetValue(priority, out var level))
        {
            _levels[priority] = level = new FairPriorityLevel();
        }

        var share = weight <= 0 ? 1 : Math.Clamp(weight, LeastWeight, MostWeight);
        var last = level.Last.GetValueOrDefault(key);
        return level.Last[key] = Math.Max(level.Now, last + Math.Max(1, (long)(Stride / share)));
    }

    /// <summary>Records that a task has stopped waiting and has left this order.</summary>
    /// <param name="place">The task's position: its priority (1 for the most urgent tasks, 5 for the least, 0 for queries), its pass, and
    /// its arrival number.</param>
    /// <param name="isEmpty">True if no task waits anymore, which resets all shares.</param>
    public void RecordLeft(Place place, bool isEmpty)
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

    private sealed class FairPriorityLevel
    {
        /// <summary>Highest fair-share position of all tasks of this priority that have left.</summary>
        public long Now { get; set; }

        /// <summary>Fair-share position of the last task of each fairness key.</summary>
        public Dictionary<string, long> Last { get; } = new(StringComparer.Ordinal);
    }
}
