using Microsoft.Extensions.Logging;

namespace Temporalio.Worker.Workflows;

/// <summary>Messages about workflow tasks.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Error, "Signal {Signal} is dropped: its arguments do not fit the handler.")]
    public static partial void SignalDropped(ILogger logger, string signal, Exception exception);

    [LoggerMessage(101, LogLevel.Warning, "[TMPRL1102] Workflow {WorkflowId} ended while handlers still ran; their callers will not get an answer: {Handlers}. Wait for Workflow.AllHandlersFinished, or set UnfinishedPolicy.")]
    public static partial void UnfinishedHandlers(ILogger logger, string workflowId, string handlers);

    [LoggerMessage(102, LogLevel.Error, "Workflow {WorkflowType} {WorkflowId} (run {RunId}) left its scheduler; its next workflow task fails.")]
    public static partial void ForeignContinuation(ILogger logger, string workflowType, string workflowId, string runId, Exception exception);
}
