using Orchestrator.Messages;
using Orchestrator.Runs;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Queries the server for the state of the workflow execution that scheduled the current activity.</summary>
internal static class CallingWorkflowExecution
{
    /// <inheritdoc cref="GetCallerState"/>
    public static async Task<StepRequesterWorkflowStatus> AskAsync(CancellationToken stop)
    {
        var context = ActivityExecutionContext.Current;
        var execution = context.TemporalClient.GetWorkflowHandle(context.Info.WorkflowId!, context.Info.WorkflowRunId);
        var untilStopped = new RpcOptions { CancellationToken = stop };
        try
        {
            if (!await OpenWorkflowChecker.IsOpenAsync(execution, untilStopped))
            {
                return StepRequesterWorkflowStatus.Over;
            }

            // The history of an execution after a reset starts with the events of its predecessor, up to the reset point.
            await foreach (
                var first in execution
                    .FetchHistoryEventsAsync(new WorkflowHistoryEventFetchOptions { Rpc = untilStopped })
                    .WithCancellation(stop)
            )
            {
                return first.WorkflowExecutionStartedEventAttributes.OriginalExecutionRunId == context.Info.WorkflowRunId
                    ? StepRequesterWorkflowStatus.Open
                    : StepRequesterWorkflowStatus.OpenAfterReset;
            }
            return StepRequesterWorkflowStatus.Over;
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            return StepRequesterWorkflowStatus.Over;
        }
    }
}
