namespace Temporal.Server.History;

/// <summary>Counts of a run's queued and started tasks. While any run has such tasks, a time-skipping clock does not advance.</summary>
/// <param name="StartedActivities">Number of activities that workers have started.</param>
/// <param name="Others">True if a workflow task or an unstarted activity exists.</param>
internal readonly record struct OutstandingTaskCount(int StartedActivities, bool Others)
{
    public static OutstandingTaskCount Of(MutableState run)
    {
        if (!run.IsOpen)
        {
            return default;
        }

        var (started, queued) = (0, 0);
        foreach (var activity in run.Activities.All.Where(a => a is { Record.WaitsForRetry: false, Record.Paused: false }))
        {
            (started, queued) = activity.IsStarted ? (started + 1, queued) : (started, queued + 1);
        }

        return new OutstandingTaskCount(started, run.Task is not null || queued > 0);
    }
}
