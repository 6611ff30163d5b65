using Microsoft.Extensions.Logging;

namespace Orchestrator.Workflows.Messages;

/// <summary>Messages that workflows write to the worker's log.</summary>
internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Error,
        "The handler of '{Message}' failed because of a bug. The message was dropped; the workflow continues"
    )]
    public static partial void HandlerFailed(this ILogger logger, string message, Exception fault);
}
