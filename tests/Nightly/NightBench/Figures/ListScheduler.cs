using Orchestrator.NightBench.Nights;

namespace Orchestrator.NightBench.Figures;

/// <summary>Computes the shortest time in which a night can end. Pure.</summary>
public static class ListScheduler
{
    /// <summary>
    /// Returns the seconds that a list schedule takes: whenever a slot is free, the ready task with the longest remaining chain starts. The
    /// result is at least the critical path and at least the work divided by the slots.
    /// </summary>
    /// <param name="tasks">The tasks.</param>
    /// <param name="slots">Agents that may work at once.</param>
    /// <param name="pace">Pace of the night.</param>
    public static double Schedule(IReadOnlyList<NightTask> tasks, int slots, NightPace pace)
    {
        var chains = Chains(tasks, pace);
        var ends = new Dictionary<string, double>();
        var running = new PriorityQueue<NightTask, double>();
        var waiting = tasks.OrderByDescending(task => chains[task.Id]).ToList();
        var now = 0.0;
        while (waiting.Count > 0 || running.Count > 0)
        {
            while (
                running.Count < slots
                && waiting.Find(task => task.After.All(id => ends.TryGetValue(id, out var end) && end <= now)) is { } ready
            )
            {
                waiting.Remove(ready);
                running.Enqueue(ready, now + ready.NeededSeconds(pace));
            }
            if (!running.TryDequeue(out var ended, out now))
            {
                throw new InvalidOperationException($"Tasks wait for each other: {string.Join(", ", waiting.Select(task => task.Id))}");
            }
            ends[ended.Id] = now;
        }
        return now;
    }

    // Seconds from the begin of a task to the end of the longest chain that it begins.
    private static Dictionary<string, double> Chains(IReadOnlyList<NightTask> tasks, NightPace pace)
    {
        var chains = new Dictionary<string, double>();
        foreach (var task in tasks.Reverse())
        {
            var followers = tasks.Where(other => other.After.Contains(task.Id)).Select(other => chains[other.Id]);
            chains[task.Id] = task.NeededSeconds(pace) + followers.DefaultIfEmpty(0).Max();
        }
        return chains;
    }
}
