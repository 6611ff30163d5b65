using Microsoft.Extensions.Logging;

namespace Temporalio.Worker.Workflows;

/// <summary>Messages about workflow tasks.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Error, "Signal {Signal} is dropped: its arguments do not fit the handler.")]
    public static partial void SignalDropped(ILogger logger, string signal, Exception exception);

    [LoggerMessage(101, LogLevel.Warning, "[TMPRL1102] Workflow {WorkflowId} ended while handlers still ran; their callers will not get an answer: {Handlers}. Wait for Workflow.AllHandlersFinished, or set UnfinishedPolicy.")]
    public static partial void UnfinishedHandlers(ILogger logger, string workflowId, string handlers);

    [LoggerMessage(102, LogLevel.Warning, "Workflow task of {WorkflowType} {WorkflowId} (run {RunId}, attempt {Attempt}) failed.")]
    public static partial void TaskFailed(ILogger logger, string workflowType, string workflowId, string runId, int attempt, Exception exception);

    [LoggerMessage(103, LogLevel.Error, "Workflow {WorkflowId} (run {RunId}) does not come back: {Where}. {Stuck} threads are stuck.")]
    public static partial void Stuck(ILogger logger, string workflowId, string runId, string where, int stuck);
}
