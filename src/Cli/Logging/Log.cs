using Microsoft.Extensions.Logging;

namespace Orchestrator.Cli.Logging;

/// <summary>Log messages of commands.</summary>
internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "{Run:l}  {Transition:l}")]
    public static partial void Transition(this ILogger logger, string run, string transition);

    [LoggerMessage(LogLevel.Error, "The terminal was closed, and {RunId} can't continue in the background; it is paused.")]
    public static partial void CannotGoOn(this ILogger logger, string runId, Exception refused);
}
