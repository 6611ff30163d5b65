using Temporalio.Api.History.V1;

namespace Orchestrator.Client;

/// <summary>Determines how a workflow execution ended, from the last event in its history.</summary>
internal static class ClosedExecution
{
    /// <summary>Returns the last event of a closed execution, or null if the server has none.</summary>
    public static async Task<HistoryEvent?> LastEventAsync(WorkflowHandle execution, RpcOptions rpc)
    {
        var options = new WorkflowHistoryEventFetchOptions { EventFilterType = HistoryEventFilterType.CloseEvent, Rpc = rpc };
        HistoryEvent? last = null;
        await foreach (
            var happened in execution.FetchHistoryEventsAsync(options).WithCancellation(rpc.CancellationToken ?? CancellationToken.None)
        )
        {
            last = happened;
        }
        return last;
    }

    /// <summary>Returns the reason why a workflow execution ended, or null if the reason is unknown.</summary>
    public static Reason? ReasonOf(HistoryEvent? last) =>
        last switch
        {
            { WorkflowExecutionTerminatedEventAttributes: { } terminated } => RunWorkflowExecutionStatus.Terminated(
                terminated.Identity,
                terminated.Reason
            ),
            { WorkflowExecutionFailedEventAttributes.Failure: { } failure } => new WorkflowFailedReason(new VerbatimQuote(failure.Message)),
            { EventType: EventType.WorkflowExecutionCanceled } => new WorkflowCanceledExternallyReason(),
            { EventType: EventType.WorkflowExecutionTimedOut } => new WorkflowTimedOutReason(),
            _ => null,
        };
}
