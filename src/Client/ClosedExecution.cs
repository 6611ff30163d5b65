using Temporalio.Api.History.V1;

namespace Orchestrator.Client;

/// <summary>How a workflow execution ended, by its last event.</summary>
internal static class ClosedExecution
{
    /// <summary>The last event of a closed execution; null where the server has none.</summary>
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

    /// <summary>Description for people; for an execution that was ended from outside, with who ended it.</summary>
    public static string Describe(HistoryEvent? last) =>
        last switch
        {
            { WorkflowExecutionTerminatedEventAttributes: { } terminated } => RunExecution.TerminatedBy(
                terminated.Identity,
                terminated.Reason
            ),
            { WorkflowExecutionFailedEventAttributes.Failure: { } failure } => $"failed: {failure.Message}",
            { EventType: EventType.WorkflowExecutionCanceled } => "cancelled from outside",
            { EventType: EventType.WorkflowExecutionTimedOut } => "its time limit as a workflow has passed",
            _ => "nothing tells how",
        };
}
