using Microsoft.Extensions.Logging;
using Temporalio.Worker.Tuning;

namespace Temporalio.Worker;

/// <summary>Log messages of the worker.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Worker on task queue {TaskQueue} started as {Identity}")]
    public static partial void WorkerStarted(ILogger logger, string taskQueue, string identity);

    [LoggerMessage(2, LogLevel.Information, "Worker on task queue {TaskQueue} is shutting down")]
    public static partial void WorkerStopping(ILogger logger, string taskQueue);

    [LoggerMessage(3, LogLevel.Information, "Worker on task queue {TaskQueue} has shut down")]
    public static partial void WorkerStopped(ILogger logger, string taskQueue);

    [LoggerMessage(4, LogLevel.Warning, "Polling task queue {TaskQueue} failed; next attempt in {Delay}")]
    public static partial void PollFailed(ILogger logger, Exception error, string taskQueue, TimeSpan delay);

    [LoggerMessage(5, LogLevel.Warning, "A slot supplier for {SlotType} slots failed")]
    public static partial void SlotSupplierFailed(ILogger logger, Exception error, SlotType slotType);

    [LoggerMessage(6, LogLevel.Warning, "Activity {ActivityType} ({ActivityId}), attempt {Attempt}, failed")]
    public static partial void ActivityFailed(ILogger logger, Exception error, string activityType, string activityId, int attempt);

    [LoggerMessage(7, LogLevel.Debug, "Activity {ActivityType} ({ActivityId}), attempt {Attempt}, failed as its author expects")]
    public static partial void ActivityFailedBenignly(ILogger logger, Exception error, string activityType, string activityId, int attempt);

    [LoggerMessage(
        8,
        LogLevel.Debug,
        "The server does not know activity {ActivityId} of workflow {WorkflowId} any more; its outcome is dropped"
    )]
    public static partial void ActivityOutcomeUnwanted(ILogger logger, string activityId, string? workflowId);

    [LoggerMessage(9, LogLevel.Error, "The outcome of activity {ActivityId} of workflow {WorkflowId} could not be delivered")]
    public static partial void ActivityOutcomeLost(ILogger logger, Exception error, string activityId, string? workflowId);

    [LoggerMessage(10, LogLevel.Warning, "A heartbeat of activity {ActivityId} could not be delivered")]
    public static partial void HeartbeatFailed(ILogger logger, Exception error, string activityId);

    [LoggerMessage(11, LogLevel.Warning, "The details of a heartbeat of activity {ActivityId} cannot be sent; the activity is cancelled")]
    public static partial void HeartbeatNotConverted(ILogger logger, Exception error, string activityId);

    [LoggerMessage(12, LogLevel.Warning, "The outcome of a workflow task of {WorkflowId} (run {RunId}) could not be delivered")]
    public static partial void WorkflowTaskNotDelivered(ILogger logger, Exception error, string workflowId, string runId);

    [LoggerMessage(13, LogLevel.Warning, "Failing workflow task of {WorkflowId} (run {RunId}): {Reason}")]
    public static partial void WorkflowTaskFailed(ILogger logger, Exception? error, string workflowId, string runId, string? reason);

    [LoggerMessage(14, LogLevel.Debug, "The server did not take the notice of shutdown")]
    public static partial void ShutdownNoticeFailed(ILogger logger, Exception error);

    [LoggerMessage(15, LogLevel.Error, "Workflow task of {WorkflowId} could not be worked on")]
    public static partial void WorkflowTaskDropped(ILogger logger, Exception error, string workflowId);

    [LoggerMessage(23, LogLevel.Warning, "That a workflow task of {WorkflowId} failed could not be told to the server")]
    public static partial void WorkflowTaskReportFailed(ILogger logger, Exception error, string workflowId);

    [LoggerMessage(19, LogLevel.Debug, "A heartbeat of the worker on task queue {TaskQueue} could not be delivered")]
    public static partial void WorkerHeartbeatFailed(ILogger logger, Exception error, string taskQueue);

    [LoggerMessage(16, LogLevel.Error, "Signal {Signal} is dropped: its arguments do not fit the handler.")]
    public static partial void SignalDropped(ILogger logger, string signal, Exception exception);

    [LoggerMessage(
        17,
        LogLevel.Warning,
        "[TMPRL1102] Workflow {WorkflowId} ended while handlers are still running; their callers will not get an answer: {Handlers}. Wait "
            + "for Workflow.AllHandlersFinished, or set UnfinishedPolicy."
    )]
    public static partial void UnfinishedHandlers(ILogger logger, string workflowId, string handlers);

    [LoggerMessage(
        20,
        LogLevel.Warning,
        "["
            + Client.PayloadLimits.Rule
            + "] Attempted to upload payloads with size that exceeded the warning limit. {Rpc} sends {Size} bytes in {Field}, more than "
            + "{Limit}; large values make histories large and slow, and past the "
            + "server's limit it refuses them."
    )]
    public static partial void PayloadsLarge(ILogger logger, string rpc, string field, int size, long limit);

    [LoggerMessage(
        18,
        LogLevel.Error,
        "Workflow {WorkflowType} {WorkflowId} (run {RunId}) left its scheduler; its next workflow task fails."
    )]
    public static partial void ForeignContinuation(
        ILogger logger,
        string workflowType,
        string workflowId,
        string runId,
        Exception exception
    );

    [LoggerMessage(21, LogLevel.Warning, "The collector at {Url} does not take metrics; they are sent again at the usual times.")]
    public static partial void MetricsNotTaken(ILogger logger, Exception exception, Uri url);

    [LoggerMessage(22, LogLevel.Error, "{Reason}")]
    public static partial void PayloadsTooLarge(ILogger logger, string reason);
}
