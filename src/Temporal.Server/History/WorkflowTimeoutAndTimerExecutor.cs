using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>
/// Computes and applies the changes of a run that depend only on time: timeouts, timers, retries, and the delayed start of the first task.
/// The caller must hold the workflow's lock.
/// </summary>
internal static class WorkflowTimeoutAndTimerExecutor
{
    /// <summary>Time of the run's next change that depends on time alone, or null if there is no such change.</summary>
    public static DateTimeOffset? NextDue(MutableState run)
    {
        if (!run.IsOpen)
        {
            return null;
        }

        var due = run.Expiration;
        if (run.Record.FirstTaskDue is { } first)
        {
            due = ProtoTime.Earlier(due, first.Time());
        }

        due = ProtoTime.Earlier(due, run.WorkflowTask.Due());
        foreach (var timer in run.Timers.Values)
        {
            due = ProtoTime.Earlier(due, timer.Due);
        }

        var asleep = run.Awake.Asleep;
        foreach (var activity in run.Activities.All)
        {
            due = ProtoTime.Earlier(due, activity.Due(asleep));
        }

        return due;
    }

    /// <summary>Executes the run's changes that are due.</summary>
    public static void ApplyDueChanges(MutableState run)
    {
        var now = run.WallClock;
        if (!run.IsOpen)
        {
            return;
        }

        if (run.Expiration is { } end && end <= now)
        {
            run.Changes.TimedOut = true;
            return;
        }

        if (run.Record.FirstTaskDue is { } first && first.Time() <= now)
        {
            run.Record.FirstTaskDue = null;
            run.Changes.Touched = true;
            if (run.HasStartedTask && run.Task!.Speculative)
            {
                // A worker already has the first task, for an update that arrived during the backoff.
                run.WorkflowTask.WriteUnwritten(withIdentity: false);
            }

            run.WorkflowTask.EnsureScheduled();
        }

        if (run.Task is { } task && run.WorkflowTask.Due() <= now)
        {
            run.WorkflowTask.TimeOut(task.StartedEventId > 0 ? TimeoutType.StartToClose : TimeoutType.ScheduleToStart);
        }

        foreach (var timer in run.Timers.Values.Where(t => t.Due <= now).OrderBy(t => t.Due).ThenBy(t => t.StartedEventId).ToList())
        {
            var e = run.NewEvent(EventType.TimerFired);
            e.TimerFiredEventAttributes = new TimerFiredEventAttributes { TimerId = timer.TimerId, StartedEventId = timer.StartedEventId };
            run.AddOrBuffer(e);
            run.WorkflowTask.EnsureScheduled();
        }

        var asleep = run.Awake.Asleep;
        foreach (var activity in run.Activities.All.Where(a => a.Due(asleep) <= now).OrderBy(a => a.Due(asleep)).ToList())
        {
            ActivityTransitions.ApplyDueTransitions(run, activity, now, asleep);
        }
    }
}
