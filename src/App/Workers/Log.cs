using Microsoft.Extensions.Logging;

namespace Orchestrator.App.Workers;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "A run's events could not be read; retrying")]
    public static partial void RunNotRead(this ILogger logger, Exception missed);

    [LoggerMessage(LogLevel.Warning, "Run {Run:l}: received records could not be written to its folder")]
    public static partial void RecordNotWritten(this ILogger logger, Exception failed, string run);
}
