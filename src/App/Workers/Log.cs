using Microsoft.Extensions.Logging;

namespace Orchestrator.App.Workers;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "What happens in a run could not be read this time")]
    public static partial void RunNotRead(this ILogger logger, Exception missed);

    [LoggerMessage(LogLevel.Warning, "What was read from {Run:l} could not be written to its folder")]
    public static partial void RecordNotWritten(this ILogger logger, Exception failed, string run);
}
