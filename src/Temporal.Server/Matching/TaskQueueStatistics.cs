using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.TaskQueue.V1;

namespace Temporal.Server.Matching;

/// <summary>
/// Statistics of a queue's tasks, in total and by priority: backlog size, age of the oldest task, arrival and dispatch rates. Waiting
/// queries count only toward the total backlog, because they have no priority. Callers must hold the queue's lock.
/// </summary>
internal sealed class TaskQueueStatistics
{
    private readonly Dictionary<int, (TaskQueueRateMeter Added, TaskQueueRateMeter Dispatched)> _rates = [];

    /// <summary>Counts a queued task.</summary>
    public void Added(QueuedTemporalTask task, int priority)
    {
        if (task is QueuedQueryTask)
        {
            return;
        }

        if (!_rates.TryGetValue(priority, out var rates))
        {
            _rates[priority] = rates = (new TaskQueueRateMeter(), new TaskQueueRateMeter());
        }

        rates.Added.Add();
    }

    /// <summary>Counts a task that was delivered to a worker.</summary>
    public void Dispatched(QueuedTemporalTask task, int priority)
    {
        if (task is not QueuedQueryTask && _rates.TryGetValue(priority, out var rates))
        {
            rates.Dispatched.Add();
        }
    }

    /// <summary>Returns statistics of all tasks; <paramref name="waiting" /> contains the tasks that are still waiting.</summary>
    public TaskQueueStats Stats(IReadOnlyCollection<QueuedTemporalTask> waiting) => Stats(waiting, _rates.Values);

    /// <summary>Statistics of the waiting tasks, by priority.</summary>
    public IEnumerable<(int Priority, TaskQueueStats Stats)> ByPriority(IEnumerable<(QueuedTemporalTask Task, int Priority)> waiting) =>
        waiting
            .Where(item => item.Task is not QueuedQueryTask)
            .GroupBy(item => item.Priority, item => item.Task)
            .Select(group => (group.Key, Stats([.. group], _rates.TryGetValue(group.Key, out var rates) ? [rates] : [])));

    private static TaskQueueStats Stats(
        IReadOnlyCollection<QueuedTemporalTask> waiting,
        IEnumerable<(TaskQueueRateMeter Added, TaskQueueRateMeter Dispatched)> rates
    )
    {
        var stats = new TaskQueueStats { ApproximateBacklogCount = waiting.Count };
        foreach (var (added, dispatched) in rates)
        {
            stats.TasksAddRate += added.PerSecond;
            stats.TasksDispatchRate += dispatched.PerSecond;
        }

        if (waiting.Count > 0)
        {
            var age = Environment.TickCount64 - waiting.Min(task => task.Added);
            stats.ApproximateBacklogAge = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(age));
        }

        return stats;
    }
}
