using Orchestrator.Messages;
using Orchestrator.Runs;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Queries the server about the workflow execution of the current activity.</summary>
internal static class CallingWorkflowExecution
{
    /// <inheritdoc cref="GetCallerState"/>
    public static async Task<RequestingWorkflowStatus> AskAsync(CancellationToken stop)
    {
        var context = ActivityExecutionContext.Current;
        var execution = context.TemporalClient.GetWorkflowHandle(context.Info.WorkflowId!, context.Info.WorkflowRunId);
        var untilStopped = new RpcOptions { CancellationToken = stop };
        try
        {
            if (!await OpenWorkflowChecker.IsOpenAsync(execution, untilStopped))
            {
                return RequestingWorkflowStatus.Over;
            }

            // The history of an execution after a reset starts with the events of its predecessor, up to the reset point.
            await foreach (
                var first in execution
                    .FetchHistoryEventsAsync(new WorkflowHistoryEventFetchOptions { Rpc = untilStopped })
                    .WithCancellation(stop)
            )
            {
                return first.WorkflowExecutionStartedEventAttributes.OriginalExecutionRunId == context.Info.WorkflowRunId
                    ? RequestingWorkflowStatus.Open
                    : RequestingWorkflowStatus.OpenAfterReset;
            }
            return RequestingWorkflowStatus.Over;
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            return RequestingWorkflowStatus.Over;
        }
    }
}
