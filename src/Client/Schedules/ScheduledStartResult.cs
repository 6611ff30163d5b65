namespace Orchestrator.Client.Schedules;

/// <summary>Reason why no run was started at a scheduled time.</summary>
public enum MissedScheduleStart
{
    /// <summary>A run was started.</summary>
    None,

    /// <summary>The run of an earlier scheduled time was still open.</summary>
    EarlierRunOpen,

    /// <summary>
    /// The engine was unavailable from the scheduled time to the end of the catch-up window, or the schedule was paused. The server does
    /// not record which of the two applies.
    /// </summary>
    NothingServed,

    /// <summary>The scheduled time has just passed, or a late start is still possible.</summary>
    NotYet,
}

/// <summary>
/// Outcome of one scheduled time, with the times at which the run started, its first task started, and the run ended. A run whose first
/// task has not started has done no work yet.
/// </summary>
/// <param name="Due">Scheduled time, or the time of the request if a user started the run.</param>
public sealed record ScheduledStartResult(DateTimeOffset Due)
{
    /// <summary>Id of the run, or null if none was started.</summary>
    public string? RunId { get; init; }

    /// <summary>Time at which the run was started, or null if none was started.</summary>
    public DateTimeOffset? Dispatched { get; init; }

    /// <summary>Time at which the run's first task started, or null if none has started.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>Time at which the run ended, or null if it is open or its end is unknown.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Status of the run. Null if no worker has executed it yet, or if its record was deleted.</summary>
    public RunStatus? Run { get; init; }

    /// <summary>Reason why no run was started, or <see cref="MissedScheduleStart.None"/>.</summary>
    public MissedScheduleStart Missed { get; init; }

    /// <summary>Id of the earlier run that was still open. Set only for <see cref="MissedScheduleStart.EarlierRunOpen"/>.</summary>
    public string? Because { get; init; }

    /// <summary>Returns the results of a schedule's most recent scheduled times, earliest first.</summary>
    /// <param name="schedule">Schedule, with its scheduled times and starts.</param>
    /// <param name="statusOf">Returns the status of a run with its tasks, or null if it has no record.</param>
    /// <param name="now">Current time.</param>
    /// <param name="most">Maximum number of results. The most recent ones are returned.</param>
    public static IReadOnlyList<ScheduledStartResult> Of(
        RunSchedule schedule,
        Func<string, RunStatus?> statusOf,
        DateTimeOffset now,
        int most
    )
    {
        var started = schedule.Starts.Select(start => Started(start, statusOf(start.RunId))).ToList();
        var known = started.Select(fire => fire.Due).ToHashSet();

        // Servers keep only the most recent starts, so a start that is missing before the first of these proves nothing.
        var from = schedule.Starts.Count < MostStarts ? DateTimeOffset.MinValue : started[0].Due;
        var missed = schedule
            .Due.Where(due => due >= from && !known.Contains(due))
            .TakeLast(most)
            .Select(due => Missing(due, schedule, started, now));
        return [.. started.Concat(missed).OrderBy(fire => fire.Due).TakeLast(most)];
    }

    /// <summary>Number of recent starts that a Temporal server records for each schedule.</summary>
    private const int MostStarts = 10;

    private static ScheduledStartResult Started(ScheduledRunStartRecord start, RunStatus? run) =>
        new(start.Due)
        {
            RunId = start.RunId,
            Dispatched = start.Dispatched,
            Began = run?.Tasks.Select(task => task.StartedAt).Where(time => time is not null).Min(),
            Ended = run is not null && RunStateNames.IsFinal(run.State) ? run.Since : null,
            Run = run,
        };

    private static ScheduledStartResult Missing(
        DateTimeOffset due,
        RunSchedule schedule,
        List<ScheduledStartResult> started,
        DateTimeOffset now
    )
    {
        if (started.LastOrDefault(fire => fire.Dispatched <= due && (fire.Ended is null || fire.Ended > due)) is { } open)
        {
            return new ScheduledStartResult(due) { Missed = MissedScheduleStart.EarlierRunOpen, Because = open.RunId };
        }
        return new ScheduledStartResult(due)
        {
            Missed = !schedule.IsPaused && due + schedule.CatchUp >= now ? MissedScheduleStart.NotYet : MissedScheduleStart.NothingServed,
        };
    }
}
