using Microsoft.Extensions.Logging;

namespace Temporal.Server.Common;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed with an exception that is no status")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string method);

    [LoggerMessage(Level = LogLevel.Debug, Message = "An answer to {Method} could not be delivered")]
    public static partial void AnswerUndelivered(ILogger logger, Exception exception, string method);

    [LoggerMessage(Level = LogLevel.Error, Message = "A change could not be written to the database")]
    public static partial void WriteFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Closed runs whose retention has passed could not be deleted; it is tried again later"
    )]
    public static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A timer's action failed")]
    public static partial void TimerFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Work of workflow {WorkflowId} after its commit failed; it is tried again at the next start"
    )]
    public static partial void TransferFailed(ILogger logger, Exception exception, string workflowId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Work of workflow {WorkflowId} could not be written; it is tried again")]
    public static partial void WorkUnwritten(ILogger logger, Exception exception, string workflowId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Deleting namespace {NamespaceId} failed; it is tried again at the next start")]
    public static partial void NamespaceRemovalFailed(ILogger logger, Exception exception, string namespaceId);

    [LoggerMessage(Level = LogLevel.Error, Message = "The work of schedule {ScheduleId} failed; it is tried again in a few seconds")]
    public static partial void ScheduleFailed(ILogger logger, Exception exception, string scheduleId);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Schedule {ScheduleId} could not start workflow {WorkflowId}; that start is left out"
    )]
    public static partial void ScheduledStartRefused(ILogger logger, Exception exception, string scheduleId, string workflowId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Workflow {WorkflowId} of schedule {ScheduleId} had ended before it could be stopped")]
    public static partial void ScheduledRunGone(ILogger logger, string scheduleId, string workflowId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Batch operation {JobId} failed")]
    public static partial void BatchFailed(ILogger logger, Exception exception, string jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch operation {JobId} could not do its action to workflow {WorkflowId}")]
    public static partial void BatchActionFailed(ILogger logger, Exception exception, string jobId, string workflowId);
}
