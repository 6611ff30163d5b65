namespace Orchestrator.Dashboard.Views;

/// <summary>Estimates the remaining time of a run from the durations of its finished tasks.</summary>
internal static class RemainingTimeEstimate
{
    /// <summary>
    /// Maximum number of open tasks whose execution order is simulated. For more tasks, the estimate uses only the number of tasks.
    /// </summary>
    private const int MostSimulated = 500;

    /// <summary>
    /// Returns the estimated time until the last task ends. Null if no task has ended, no task is open, or the run is not making progress.
    /// </summary>
    /// <param name="run">Run with all its tasks.</param>
    /// <param name="timeline">Timeline of the run.</param>
    public static TimeSpan? Of(RunStatus run, TaskTimelineChart timeline)
    {
        var ended = timeline.Lanes.Where(lane => lane.EndedAt is not null && lane.Worked > TimeSpan.Zero).ToList();
        var open = timeline.Lanes.Where(lane => !TaskStateNames.IsEnd(lane.Task.State)).ToList();
        if (
            ended.Count == 0
            || open.Count == 0
            || run.State != RunStateNames.Executing
            || RunLivenessClassifier.IsParked(run)
            || (run.Standing ?? RunLivenessClassifier.Of(run)) != RunLivenessClassifier.Moving
        )
        {
            return null;
        }
        var usual = ended.Aggregate(TimeSpan.Zero, (sum, lane) => sum + lane.Worked) / ended.Count;
        return open.Count > MostSimulated ? usual * open.Count / Math.Max(1, run.Workers) : Simulate(run, open, usual);
    }

    // Simulates the rest of the run. Each task takes the usual time, and a free slot starts the next task in plan order.
    private static TimeSpan Simulate(RunStatus run, List<TaskTimelineRow> open, TimeSpan usual)
    {
        var ends = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        var slots = new PriorityQueue<int, TimeSpan>();
        for (var slot = 0; slot < Math.Max(1, run.Workers); slot++)
        {
            slots.Enqueue(slot, TimeSpan.Zero);
        }
        var waiting = open.OrderBy(lane => lane.Segments.Count == 0).ToList();
        var ids = waiting.Select(lane => lane.Task.Id).ToHashSet(StringComparer.Ordinal);
        while (waiting.Count > 0)
        {
            // A cycle, which no valid plan has, would leave no task that can start.
            var next = waiting.Find(lane => lane.Task.DependsOn.All(need => !ids.Contains(need) || ends.ContainsKey(need))) ?? waiting[0];
            waiting.Remove(next);
            slots.TryDequeue(out var slot, out var free);
            var ready = next.Task.DependsOn.Select(need => ends.GetValueOrDefault(need)).DefaultIfEmpty().Max();
            // A task that takes longer than usual is expected to take half of its time again.
            var rest = usual - next.Worked > next.Worked / 2 ? usual - next.Worked : next.Worked / 2;
            var end = (ready > free ? ready : free) + rest;
            ends[next.Task.Id] = end;
            slots.Enqueue(slot, end);
        }
        return ends.Values.Max();
    }
}
