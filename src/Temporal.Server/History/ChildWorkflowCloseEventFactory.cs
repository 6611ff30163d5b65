using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>Creates the event with which a parent's history records the end of a child.</summary>
internal static class ChildWorkflowCloseEventFactory
{
    public static HistoryEvent Closed(MutableState parent, PendingChild child, string closedRunId, HistoryEvent closing)
    {
        var a = child.Initiated;
        var execution = new WorkflowExecution { WorkflowId = a.WorkflowId, RunId = closedRunId };
        var started = Math.Max(0, child.StartedEventId);
        switch (closing.EventType)
        {
            case EventType.WorkflowExecutionCompleted:
                var completed = parent.NewEvent(EventType.ChildWorkflowExecutionCompleted);
                completed.ChildWorkflowExecutionCompletedEventAttributes = new ChildWorkflowExecutionCompletedEventAttributes
                {
                    Result = closing.WorkflowExecutionCompletedEventAttributes.Result,
                    Namespace = a.Namespace,
                    NamespaceId = a.NamespaceId,
                    WorkflowExecution = execution,
                    WorkflowType = a.WorkflowType,
                    InitiatedEventId = child.InitiatedEventId,
                    StartedEventId = started,
                };
                return completed;
            case EventType.WorkflowExecutionFailed:
                var failed = parent.NewEvent(EventType.ChildWorkflowExecutionFailed);
                failed.ChildWorkflowExecutionFailedEventAttributes = new ChildWorkflowExecutionFailedEventAttributes
                {
                    Failure = closing.WorkflowExecutionFailedEventAttributes.Failure,
                    RetryState = closing.WorkflowExecutionFailedEventAttributes.RetryState,
                    Namespace = a.Namespace,
                    NamespaceId = a.NamespaceId,
                    WorkflowExecution = execution,
                    WorkflowType = a.WorkflowType,
                    InitiatedEventId = child.InitiatedEventId,
                    StartedEventId = started,
                };
                return failed;
            case EventType.WorkflowExecutionCanceled:
                var canceled = parent.NewEvent(EventType.ChildWorkflowExecutionCanceled);
                canceled.ChildWorkflowExecutionCanceledEventAttributes = new ChildWorkflowExecutionCanceledEventAttributes
                {
                    Details = closing.WorkflowExecutionCanceledEventAttributes.Details,
                    Namespace = a.Namespace,
                    NamespaceId = a.NamespaceId,
                    WorkflowExecution = execution,
                    WorkflowType = a.WorkflowType,
                    InitiatedEventId = child.InitiatedEventId,
                    StartedEventId = started,
                };
                return canceled;
            case EventType.WorkflowExecutionTimedOut:
                var timedOut = parent.NewEvent(EventType.ChildWorkflowExecutionTimedOut);
                timedOut.ChildWorkflowExecutionTimedOutEventAttributes = new ChildWorkflowExecutionTimedOutEventAttributes
                {
                    RetryState = closing.WorkflowExecutionTimedOutEventAttributes.RetryState,
                    Namespace = a.Namespace,
                    NamespaceId = a.NamespaceId,
                    WorkflowExecution = execution,
                    WorkflowType = a.WorkflowType,
                    InitiatedEventId = child.InitiatedEventId,
                    StartedEventId = started,
                };
                return timedOut;
            default:
                var terminated = parent.NewEvent(EventType.ChildWorkflowExecutionTerminated);
                terminated.ChildWorkflowExecutionTerminatedEventAttributes = new ChildWorkflowExecutionTerminatedEventAttributes
                {
                    Namespace = a.Namespace,
                    NamespaceId = a.NamespaceId,
                    WorkflowExecution = execution,
                    WorkflowType = a.WorkflowType,
                    InitiatedEventId = child.InitiatedEventId,
                    StartedEventId = started,
                };
                return terminated;
        }
    }
}
