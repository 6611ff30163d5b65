using Temporal.Server.Common;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>Children, external signals and external cancel requests of a run.</summary>
internal sealed partial class MutableState
{
    private void ApplyChildOrExternal(HistoryEvent e)
    {
        switch (e.AttributesCase)
        {
            case HistoryEvent.AttributesOneofCase.StartChildWorkflowExecutionInitiatedEventAttributes:
                var initiated = e.StartChildWorkflowExecutionInitiatedEventAttributes;
                Children[e.EventId] = new PendingChild(e.EventId, initiated) { TypeName = initiated.WorkflowType.Name };
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionStartedEventAttributes:
                var started = e.ChildWorkflowExecutionStartedEventAttributes;
                if (Children.TryGetValue(started.InitiatedEventId, out var child))
                {
                    child.StartedEventId = e.EventId == 0 ? -1 : e.EventId;
                    child.RunId = started.WorkflowExecution.RunId;
                }

                break;
            case HistoryEvent.AttributesOneofCase.StartChildWorkflowExecutionFailedEventAttributes:
                Children.Remove(e.StartChildWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionCompletedEventAttributes:
                Children.Remove(e.ChildWorkflowExecutionCompletedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionFailedEventAttributes:
                Children.Remove(e.ChildWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionCanceledEventAttributes:
                Children.Remove(e.ChildWorkflowExecutionCanceledEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionTimedOutEventAttributes:
                Children.Remove(e.ChildWorkflowExecutionTimedOutEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionTerminatedEventAttributes:
                Children.Remove(e.ChildWorkflowExecutionTerminatedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes:
                ExternalCancels[e.EventId] = e.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes;
                break;
            case HistoryEvent.AttributesOneofCase.RequestCancelExternalWorkflowExecutionFailedEventAttributes:
                ExternalCancels.Remove(e.RequestCancelExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ExternalWorkflowExecutionCancelRequestedEventAttributes:
                ExternalCancels.Remove(e.ExternalWorkflowExecutionCancelRequestedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.SignalExternalWorkflowExecutionInitiatedEventAttributes:
                ExternalSignals[e.EventId] = e.SignalExternalWorkflowExecutionInitiatedEventAttributes;
                break;
            case HistoryEvent.AttributesOneofCase.SignalExternalWorkflowExecutionFailedEventAttributes:
                ExternalSignals.Remove(e.SignalExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ExternalWorkflowExecutionSignaledEventAttributes:
                ExternalSignals.Remove(e.ExternalWorkflowExecutionSignaledEventAttributes.InitiatedEventId);
                break;
            default:
                break;
        }
    }

    private static void FixChildStartedId(HistoryEvent e, Dictionary<long, long> startedIds)
    {
        long Started(long initiated, long known) => startedIds.GetValueOrDefault(initiated, known);
        switch (e.AttributesCase)
        {
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionCompletedEventAttributes:
                var completed = e.ChildWorkflowExecutionCompletedEventAttributes;
                completed.StartedEventId = Started(completed.InitiatedEventId, completed.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionFailedEventAttributes:
                var failed = e.ChildWorkflowExecutionFailedEventAttributes;
                failed.StartedEventId = Started(failed.InitiatedEventId, failed.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionCanceledEventAttributes:
                var canceled = e.ChildWorkflowExecutionCanceledEventAttributes;
                canceled.StartedEventId = Started(canceled.InitiatedEventId, canceled.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionTimedOutEventAttributes:
                var timedOut = e.ChildWorkflowExecutionTimedOutEventAttributes;
                timedOut.StartedEventId = Started(timedOut.InitiatedEventId, timedOut.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionTerminatedEventAttributes:
                var terminated = e.ChildWorkflowExecutionTerminatedEventAttributes;
                terminated.StartedEventId = Started(terminated.InitiatedEventId, terminated.StartedEventId);
                break;
            default:
                break;
        }
    }

    private void ApplyClose(HistoryEvent e)
    {
        var status = e.EventType switch
        {
            EventType.WorkflowExecutionCompleted => WorkflowExecutionStatus.Completed,
            EventType.WorkflowExecutionFailed => WorkflowExecutionStatus.Failed,
            EventType.WorkflowExecutionTimedOut => WorkflowExecutionStatus.TimedOut,
            EventType.WorkflowExecutionCanceled => WorkflowExecutionStatus.Canceled,
            EventType.WorkflowExecutionTerminated => WorkflowExecutionStatus.Terminated,
            EventType.WorkflowExecutionContinuedAsNew => WorkflowExecutionStatus.ContinuedAsNew,
            _ => WorkflowExecutionStatus.Running,
        };
        if (status != WorkflowExecutionStatus.Running)
        {
            Status = status;
            CloseTime = e.EventTime.Time();
            CloseEvent = e;
            Changes.Closed = true;
            Changes.Visible = true;
        }
    }

    /// <summary>The event that closed the run.</summary>
    public HistoryEvent? CloseEvent { get; private set; }
}
