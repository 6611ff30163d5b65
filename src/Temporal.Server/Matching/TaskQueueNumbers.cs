using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.TaskQueue.V1;

namespace Temporal.Server.Matching;

/// <summary>
/// What can be told of the tasks of one queue, in all and by priority: how many wait, how long the oldest of them has, and how many come
/// and go. Queries are no tasks with a priority. Guarded by the lock of its queue.
/// </summary>
internal sealed class TaskQueueNumbers
{
    private readonly Dictionary<int, (TaskRate Added, TaskRate Dispatched)> _rates = [];

    /// <summary>A task has come.</summary>
    public void Added(QueuedTask task, int priority)
    {
        if (task is QueryQueuedTask)
        {
            return;
        }

        if (!_rates.TryGetValue(priority, out var rates))
        {
            _rates[priority] = rates = (new TaskRate(), new TaskRate());
        }

        rates.Added.Add();
    }

    /// <summary>A task has gone to a worker.</summary>
    public void Dispatched(QueuedTask task, int priority)
    {
        if (task is not QueryQueuedTask && _rates.TryGetValue(priority, out var rates))
        {
            rates.Dispatched.Add();
        }
    }

    /// <summary>All tasks together; <paramref name="waiting" /> has what waits.</summary>
    public TaskQueueStats Stats(IReadOnlyCollection<QueuedTask> waiting) => Stats(waiting, _rates.Values);

    /// <summary>The tasks of each priority that wait.</summary>
    public IEnumerable<(int Priority, TaskQueueStats Stats)> ByPriority(IEnumerable<(QueuedTask Task, int Priority)> waiting) =>
        waiting
            .Where(item => item.Task is not QueryQueuedTask)
            .GroupBy(item => item.Priority, item => item.Task)
            .Select(group => (group.Key, Stats([.. group], _rates.TryGetValue(group.Key, out var rates) ? [rates] : [])));

    private static TaskQueueStats Stats(IReadOnlyCollection<QueuedTask> waiting, IEnumerable<(TaskRate Added, TaskRate Dispatched)> rates)
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
