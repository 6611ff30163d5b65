using Microsoft.Extensions.Logging;

namespace Temporal.Server;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A change could not be written to the database")]
    public static partial void WriteFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A timer's action failed")]
    public static partial void TimerFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Work of workflow {WorkflowId} after its commit failed; it is tried again at the next start")]
    public static partial void OutboxFailed(ILogger logger, Exception exception, string workflowId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Deleting namespace {NamespaceId} failed; it is tried again at the next start")]
    public static partial void NamespaceRemovalFailed(ILogger logger, Exception exception, string namespaceId);
}
