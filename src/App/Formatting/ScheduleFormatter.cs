using Orchestrator.Client.Schedules;

namespace Orchestrator.App.Formatting;

/// <summary>Describes the result of a scheduled start, for lists and notices.</summary>
public static class ScheduleFormatter
{
    /// <summary>
    /// Describes the result of a scheduled start in a sentence. A run counts as executed only after its first task has started.
    /// </summary>
    public static string Describe(ScheduledStartResult fire) =>
        fire switch
        {
            { Began: { } began, Run: { } run } =>
                $"ran: {fire.RunId}, first task {LocalTimeFormatter.Of(began)}, {RunLivenessClassifier.Describe(run)}",
            { RunId: null, Missed: MissedScheduleStart.NotYet } => "not yet dispatched",
            _ => $"not run: {ReasonOf(fire)}",
        };

    /// <summary>Describes the reason why no task started at a scheduled time in the past.</summary>
    public static string ReasonOf(ScheduledStartResult fire) =>
        fire switch
        {
            { Run: { } run } =>
                $"{fire.RunId} was dispatched, but no task began ({RunLivenessClassifier.Describe(run)}). {run.Reason}".TrimEnd(),
            { RunId: { } id } => $"{id} was dispatched, but no process has worked on it",
            { Missed: MissedScheduleStart.EarlierRunOpen } => $"{fire.Because} was still open",
            _ => "no process served the engine in time, or the schedule was paused",
        };
}
