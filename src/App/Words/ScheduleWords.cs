using Orchestrator.Client.Schedules;
using Orchestrator.Messages;

namespace Orchestrator.App.Words;

/// <summary>The result of a time of a schedule, in words: for lists and for notices.</summary>
public static class ScheduleWords
{
    /// <summary>A sentence: only a run whose first task began is said to have run.</summary>
    public static string Describe(ScheduleFire fire) =>
        fire switch
        {
            { Began: { } began, Run: { } run } => $"ran: {fire.RunId}, first task {LocalTimes.Of(began)}, {RunLiveness.Describe(run)}",
            { RunId: null, Missed: MissedFire.NotYet } => "not yet dispatched",
            _ => $"not run: {WhyNot(fire)}",
        };

    /// <summary>Why no task began at a time, which is over.</summary>
    public static string WhyNot(ScheduleFire fire) =>
        fire switch
        {
            { Run: { } run } => $"{fire.RunId} was dispatched, no task began, {RunLiveness.Describe(run)}. {run.Reason}".TrimEnd(),
            { RunId: { } id } => $"{id} was dispatched, and nobody has worked on it",
            { Missed: MissedFire.EarlierRunOpen } => $"{fire.Because} was still open",
            _ => "nothing served the engine in time, or the schedule was paused",
        };
}
