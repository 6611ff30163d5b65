using Orchestrator.Client.Schedules;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>schedule list --json</c>.</summary>
/// <param name="Served">Something serves the engine now, so that times are kept.</param>
/// <param name="Schedules">The schedules of the repository, by name.</param>
public sealed record SchedulesDocument(bool Served, IReadOnlyList<ScheduleEntry> Schedules) : Document;

/// <summary>A schedule.</summary>
/// <param name="Name">Its name.</param>
/// <param name="At">Time of day; null: <paramref name="Cron"/> says it.</param>
/// <param name="Days">Days of the week; empty: all.</param>
/// <param name="Cron">Expression of cron; null: <paramref name="At"/> says it.</param>
/// <param name="Zone">Time zone of both.</param>
/// <param name="Overlap"><c>skip</c> or <c>queue</c>.</param>
/// <param name="CatchUp">How much later a run may start, in seconds.</param>
/// <param name="Paused">It starts nothing.</param>
/// <param name="Note">Why it is paused.</param>
/// <param name="Next">Its next times.</param>
/// <param name="Subject">The plan's file or the request.</param>
/// <param name="UntilTime">No agent starts after the next such time of day; null: no limit.</param>
/// <param name="MaxCost">US dollars of a run; null: no limit.</param>
/// <param name="Fires">What came of its last times, earliest first.</param>
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
    IReadOnlyList<FireEntry> Fires
)
{
    public static ScheduleEntry Of(RunSchedule schedule, IReadOnlyList<ScheduleFire> fires) =>
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
            [.. fires.Select(FireEntry.Of)]
        );
}

/// <summary>A time of a schedule: four facts, of which only <paramref name="Began"/> says that it ran.</summary>
/// <param name="Due">The time.</param>
/// <param name="Dispatched">When a run was started; null: none was.</param>
/// <param name="Began">When the run's first task began; null: none has.</param>
/// <param name="Ended">When the run ended; null: it has not.</param>
/// <param name="Run">Id of the run.</param>
/// <param name="State">Its state; null: nobody has worked on it.</param>
/// <param name="Missed"><c>earlierRunOpen</c>, <c>nothingServed</c>, <c>notYet</c>; null: a run was started.</param>
/// <param name="Because">The run that was open.</param>
public sealed record FireEntry(
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
    public static FireEntry Of(ScheduleFire fire) =>
        new(
            fire.Due,
            fire.Dispatched,
            fire.Began,
            fire.Ended,
            fire.RunId,
            fire.Run?.State,
            fire.Missed switch
            {
                MissedFire.EarlierRunOpen => "earlierRunOpen",
                MissedFire.NothingServed => "nothingServed",
                MissedFire.NotYet => "notYet",
                _ => null,
            },
            fire.Because
        );
}
