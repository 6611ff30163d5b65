using Microsoft.Extensions.Logging;

namespace Orchestrator.Cli.Logging;

/// <summary>The log messages of commands.</summary>
internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "{Run:l}  {Transition:l}")]
    public static partial void Transition(this ILogger logger, string run, string transition);

    [LoggerMessage(LogLevel.Error, "The terminal was closed, and {RunId} can't continue in the background; it is paused.")]
    public static partial void CannotGoOn(this ILogger logger, string runId, Exception refused);

    [LoggerMessage(LogLevel.Information, "Whether a run has been ended from outside could not be seen this time")]
    public static partial void EndedRunsNotSeen(this ILogger logger, Exception missed);

    [LoggerMessage(LogLevel.Information, "Traces and metrics could not be sent this time")]
    public static partial void TelemetryNotSent(this ILogger logger, Exception missed);

    [LoggerMessage(LogLevel.Information, "Whether a schedule was missed could not be seen this time")]
    public static partial void SchedulesNotSeen(this ILogger logger, Exception missed);

    [LoggerMessage(LogLevel.Information, "Stored notices were not delivered; retrying in 10 s")]
    public static partial void NoticesNotDelivered(this ILogger logger, Exception missed);

    [LoggerMessage(LogLevel.Information, "Whether a night's run continues could not be seen this time")]
    public static partial void NightNotSeen(this ILogger logger, Exception missed);

    [LoggerMessage(LogLevel.Information, "Whether activities fail again and again could not be seen this time")]
    public static partial void FailuresNotSeen(this ILogger logger, Exception missed);

    [LoggerMessage(LogLevel.Warning, "Not shared of {Run:l}: {What}")]
    public static partial void NotShared(this ILogger logger, string run, string what);

    [LoggerMessage(LogLevel.Warning, "{Run:l} could not be shared this time")]
    public static partial void RunNotShared(this ILogger logger, string run, Exception missed);

    [LoggerMessage(LogLevel.Warning, "{Task} of {Run:l} is not placed here any more: its agent here is ended")]
    public static partial void TaskLeft(this ILogger logger, string run, string task);

    [LoggerMessage(LogLevel.Information, "Runs of other machines could not be seen this time")]
    public static partial void RunsOfOthersNotSeen(this ILogger logger, Exception missed);

    [LoggerMessage(LogLevel.Warning, "{Run:l} could not be taken to this machine this time")]
    public static partial void RunNotTaken(this ILogger logger, string run, Exception missed);

    [LoggerMessage(LogLevel.Warning, "{Run:l} can't come to this machine: {Missing:l}")]
    public static partial void RunCannotCome(this ILogger logger, string run, string missing);

    [LoggerMessage(LogLevel.Information, "Removed {Count} ended runs beyond retention.*: {Runs}")]
    public static partial void EndedRunsRemoved(this ILogger logger, int count, string runs);

    [LoggerMessage(LogLevel.Information, "Not removed: {Why}")]
    public static partial void EndedRunNotRemoved(this ILogger logger, string why);

    [LoggerMessage(LogLevel.Warning, "What is more than is kept of ended runs could not be removed this time")]
    public static partial void RetentionFailed(this ILogger logger, Exception fault);
}
