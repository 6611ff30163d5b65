namespace Orchestrator.Client.Schedules;

/// <summary>Why no run was started at a time of a schedule.</summary>
public enum MissedFire
{
    /// <summary>One was started.</summary>
    None,

    /// <summary>The run of an earlier time was still open.</summary>
    EarlierRunOpen,

    /// <summary>Nothing served the engine then and for as long as a run may be late, or the schedule was paused: the server does not keep
    /// which.</summary>
    NothingServed,

    /// <summary>The time has just come, or a late start is still possible.</summary>
    NotYet,
}

/// <summary>A time of a schedule and what came of it. When it was due, when its run was dispatched, when the run's first task began and
/// when it ended are four facts: only with the third the schedule has run.</summary>
/// <param name="Due">The time; for a run that a person asked for, when they did.</param>
public sealed record ScheduleFire(DateTimeOffset Due)
{
    /// <summary>Id of the run; null: none was started.</summary>
    public string? RunId { get; init; }

    /// <summary>When the run was started; null: it was not.</summary>
    public DateTimeOffset? Dispatched { get; init; }

    /// <summary>When its first task began; null: none has.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>When it ended; null: it is open, or nothing is known of it.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The run's status; null: nobody has worked on it yet, or its record is gone.</summary>
    public RunStatus? Run { get; init; }

    /// <summary>Why no run was started.</summary>
    public MissedFire Missed { get; init; }

    /// <summary>Of <see cref="MissedFire.EarlierRunOpen"/>: that run.</summary>
    public string? Because { get; init; }

    /// <summary>The times of a schedule and the runs that it started, earliest first. Pure.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="statusOf">The status of a run with its tasks; null: it has no record.</param>
    /// <param name="now">The present time.</param>
    /// <param name="most">So many, the latest ones.</param>
    public static IReadOnlyList<ScheduleFire> Of(RunSchedule schedule, Func<string, RunStatus?> statusOf, DateTimeOffset now, int most)
    {
        var started = schedule.Starts.Select(start => Started(start, statusOf(start.RunId))).ToList();
        var known = started.Select(fire => fire.Due).ToHashSet();

        // Servers keep the last starts alone: of a time before the first of these it can't be said that nothing was started.
        var from = schedule.Starts.Count < MostStarts ? DateTimeOffset.MinValue : started[0].Due;
        var missed = schedule
            .Due.Where(due => due >= from && !known.Contains(due))
            .TakeLast(most)
            .Select(due => Missing(due, schedule, started, now));
        return [.. started.Concat(missed).OrderBy(fire => fire.Due).TakeLast(most)];
    }

    /// <summary>The number of starts of a schedule that servers keep.</summary>
    private const int MostStarts = 10;

    private static ScheduleFire Started(ScheduledStart start, RunStatus? run) =>
        new(start.Due)
        {
            RunId = start.RunId,
            Dispatched = start.Dispatched,
            Began = run?.Tasks.Select(task => task.StartedAt).Where(time => time is not null).Min(),
            Ended = run is not null && RunStates.IsFinal(run.State) ? run.Since : null,
            Run = run,
        };

    private static ScheduleFire Missing(DateTimeOffset due, RunSchedule schedule, List<ScheduleFire> started, DateTimeOffset now)
    {
        if (started.LastOrDefault(fire => fire.Dispatched <= due && (fire.Ended is null || fire.Ended > due)) is { } open)
        {
            return new ScheduleFire(due) { Missed = MissedFire.EarlierRunOpen, Because = open.RunId };
        }
        return new ScheduleFire(due)
        {
            Missed = !schedule.IsPaused && due + schedule.CatchUp >= now ? MissedFire.NotYet : MissedFire.NothingServed,
        };
    }
}
