using Microsoft.Extensions.Logging;

namespace Orchestrator.App;

/// <summary>Log messages of use cases.</summary>
internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Run {Run:l}: {What} was not shared")]
    public static partial void NotShared(this ILogger logger, string run, string what);

    [LoggerMessage(LogLevel.Warning, "Run {Run:l} could not be shared; retrying")]
    public static partial void RunNotShared(this ILogger logger, string run, Exception missed);

    [LoggerMessage(LogLevel.Warning, "Task {Task} of run {Run:l} is no longer assigned to this host; its agent is stopped")]
    public static partial void TaskLeft(this ILogger logger, string run, string task);

    [LoggerMessage(LogLevel.Information, "Removed {Count} ended runs beyond retention.*: {Runs}")]
    public static partial void EndedRunsRemoved(this ILogger logger, int count, string runs);

    [LoggerMessage(LogLevel.Information, "Not removed: {Why}")]
    public static partial void EndedRunNotRemoved(this ILogger logger, string why);

    [LoggerMessage(LogLevel.Warning, "Ended runs beyond retention.* were not removed; the next session retries")]
    public static partial void RetentionFailed(this ILogger logger, Exception fault);

    [LoggerMessage(LogLevel.Warning, "Background unit '{Unit:l}' failed; retrying: {Error:l}")]
    public static partial void UnitFailed(this ILogger logger, string unit, string error, Exception? fault);

    [LoggerMessage(LogLevel.Information, "Background unit '{Unit:l}' failed for {Item:l}; retrying")]
    public static partial void ItemFailed(this ILogger logger, string unit, string item, Exception fault);

    [LoggerMessage(LogLevel.Warning, "A part of the worker failed during shutdown; the shutdown continues")]
    public static partial void EndFailed(this ILogger logger, Exception fault);

    [LoggerMessage(LogLevel.Error, "Run {RunId} is paused, because the terminal was closed and the run can't continue in the background.")]
    public static partial void CannotGoOn(this ILogger logger, string runId, Exception refused);
}
