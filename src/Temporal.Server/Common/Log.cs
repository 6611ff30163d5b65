using Microsoft.Extensions.Logging;

namespace Temporal.Server.Common;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed with an exception without a gRPC status")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string method);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The response to {Method} could not be delivered")]
    public static partial void AnswerUndelivered(ILogger logger, Exception exception, string method);

    [LoggerMessage(Level = LogLevel.Error, Message = "A change could not be written to the database")]
    public static partial void WriteFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Closed runs beyond their retention could not be deleted; retrying later")]
    public static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A timer's action failed")]
    public static partial void TimerFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Workflow {WorkflowId}: work after the commit failed; retrying at the next start")]
    public static partial void TransferFailed(ILogger logger, Exception exception, string workflowId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Workflow {WorkflowId}: work could not be written; retrying")]
    public static partial void WorkUnwritten(ILogger logger, Exception exception, string workflowId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Namespace {NamespaceId} could not be deleted; retrying at the next start")]
    public static partial void NamespaceRemovalFailed(ILogger logger, Exception exception, string namespaceId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Schedule {ScheduleId} failed; retrying in a few seconds")]
    public static partial void ScheduleFailed(ILogger logger, Exception exception, string scheduleId);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Schedule {ScheduleId} could not start workflow {WorkflowId}; this start is skipped"
    )]
    public static partial void ScheduledStartRefused(ILogger logger, Exception exception, string scheduleId, string workflowId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Workflow {WorkflowId} of schedule {ScheduleId} had ended before it could be stopped")]
    public static partial void ScheduledRunGone(ILogger logger, string scheduleId, string workflowId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Batch operation {JobId} failed")]
    public static partial void BatchFailed(ILogger logger, Exception exception, string jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch operation {JobId} could not process workflow {WorkflowId}")]
    public static partial void BatchActionFailed(ILogger logger, Exception exception, string jobId, string workflowId);
}
