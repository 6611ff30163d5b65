namespace Temporal.Server.History;

/// <summary>The tasks of a run that are queued or started, for a clock that skips only where nothing is to be done.</summary>
/// <param name="StartedActivities">Activities that a worker has.</param>
/// <param name="Others">Whether a workflow task is there, or an activity that waits for a worker.</param>
internal readonly record struct TasksInHand(int StartedActivities, bool Others)
{
    public static TasksInHand Of(MutableState run)
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

        return new TasksInHand(started, run.Task is not null || queued > 0);
    }
}
