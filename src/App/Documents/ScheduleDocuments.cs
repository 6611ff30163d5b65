using Orchestrator.Client.Schedules;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>schedule list --json</c>.</summary>
/// <param name="Served">True if a process currently serves the engine, so that runs start on time.</param>
/// <param name="Schedules">Schedules of the repository, sorted by name.</param>
public sealed record SchedulesDocument(bool Served, IReadOnlyList<ScheduleEntry> Schedules) : SchemaVersionedDocument;

/// <summary>A schedule in the output of <c>schedule list --json</c>.</summary>
/// <param name="Name">Name of the schedule.</param>
/// <param name="At">Time of day at which runs start, or null if <paramref name="Cron"/> is set.</param>
/// <param name="Days">Days of the week on which runs start. Empty for every day.</param>
/// <param name="Cron">Cron expression, or null if <paramref name="At"/> is set.</param>
/// <param name="Zone">Time zone of <paramref name="At"/> and <paramref name="Cron"/>.</param>
/// <param name="Overlap">What happens if the previous run is still open, which is <c>skip</c> or <c>queue</c>.</param>
/// <param name="CatchUp">Maximum delay in seconds with which a missed run is still started.</param>
/// <param name="Paused">True if the schedule starts no runs.</param>
/// <param name="Note">Reason for the pause, or empty if there is none.</param>
/// <param name="Next">Next start times of the schedule.</param>
/// <param name="Subject">Path of the plan file, or the text of the request.</param>
/// <param name="UntilTime">Time of day after which a run starts no more agents, or null for no limit.</param>
/// <param name="MaxCost">Cost limit of a run in US dollars, or null for no limit.</param>
/// <param name="Fires">Last start times of the schedule with their results, earliest first.</param>
public sealed record ScheduleEntry(
    string Name,
    string? At,
    IReadOnlyList<string> Days,
    string? Cron,
    string Zone,
    string Overlap,
    double CatchUp,
    bool Paused,
    string Note,
    IReadOnlyList<DateTimeOffset> Next,
    string Subject,
    string? UntilTime,
    decimal? MaxCost,
    IReadOnlyList<ScheduleStartEntry> Fires
)
{
    /// <summary>Creates the entry from a schedule and the results of its most recent scheduled starts.</summary>
    public static ScheduleEntry Of(RunSchedule schedule, IReadOnlyList<ScheduledStartResult> fires) =>
        new(
            schedule.Name,
            schedule.When.At?.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture),
            [.. schedule.When.Days.Select(day => day.ToString())],
            schedule.When.Cron,
            schedule.When.Zone,
            schedule.Overlap == ScheduleOverlap.Queue ? "queue" : "skip",
            schedule.CatchUp.TotalSeconds,
            schedule.IsPaused,
            schedule.Note,
            schedule.Next,
            schedule.Input.Subject ?? "",
            schedule.Input.UntilTime,
            schedule.Input.MaxCost,
            [.. fires.Select(ScheduleStartEntry.Of)]
        );
}

/// <summary>A scheduled start with its result. Only a value in <paramref name="Began"/> proves that work was done.</summary>
/// <param name="Due">Scheduled time.</param>
/// <param name="Dispatched">Time at which a run was started, or null if none was started.</param>
/// <param name="Began">Time at which the run's first task started, or null if none has started.</param>
/// <param name="Ended">Time at which the run ended, or null if it has not.</param>
/// <param name="Run">Id of the run, or null if none was started.</param>
/// <param name="State">State of the run, or null if no worker has executed it.</param>
/// <param name="Missed">Reason why no run was started, which is <c>earlierRunOpen</c>, <c>nothingServed</c> or <c>notYet</c>. Null if a run
/// was started.</param>
/// <param name="Because">Id of the earlier run that was still open, or null if there was none.</param>
public sealed record ScheduleStartEntry(
    DateTimeOffset Due,
    DateTimeOffset? Dispatched,
    DateTimeOffset? Began,
    DateTimeOffset? Ended,
    string? Run,
    string? State,
    string? Missed,
    string? Because
)
{
    /// <summary>Creates the entry of a scheduled start.</summary>
    public static ScheduleStartEntry Of(ScheduledStartResult fire) =>
        new(
            fire.Due,
            fire.Dispatched,
            fire.Began,
            fire.Ended,
            fire.RunId,
            fire.Run?.State,
            fire.Missed switch
            {
                MissedScheduleStart.EarlierRunOpen => "earlierRunOpen",
                MissedScheduleStart.NothingServed => "nothingServed",
                MissedScheduleStart.NotYet => "notYet",
                _ => null,
            },
            fire.Because
        );
}
