using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>The child workflows of a run that were initiated and have not closed, according to the run's events.</summary>
internal sealed class PendingChildren
{
    private readonly Dictionary<long, PendingChild> _children = [];

    public int Count => _children.Count;

    public IEnumerable<PendingChild> All => _children.Values;

    /// <summary>Finds a child by its initiated event id, or returns null if it is not pending.</summary>
    public PendingChild? Find(long initiatedEventId) => _children.GetValueOrDefault(initiatedEventId);

    /// <summary>Applies an event if it belongs to a child.</summary>
    public void Apply(HistoryEvent e)
    {
        switch (e.AttributesCase)
        {
            case HistoryEvent.AttributesOneofCase.StartChildWorkflowExecutionInitiatedEventAttributes:
                var initiated = e.StartChildWorkflowExecutionInitiatedEventAttributes;
                _children[e.EventId] = new PendingChild(e.EventId, initiated) { TypeName = initiated.WorkflowType.Name };
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionStartedEventAttributes:
                var started = e.ChildWorkflowExecutionStartedEventAttributes;
                if (Find(started.InitiatedEventId) is { } child)
                {
                    child.StartedEventId = e.EventId == 0 ? PendingChild.StartBuffered : e.EventId;
                    child.RunId = started.WorkflowExecution.RunId;
                }

                break;
            case HistoryEvent.AttributesOneofCase.StartChildWorkflowExecutionFailedEventAttributes:
                _children.Remove(e.StartChildWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionCompletedEventAttributes:
                _children.Remove(e.ChildWorkflowExecutionCompletedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionFailedEventAttributes:
                _children.Remove(e.ChildWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionCanceledEventAttributes:
                _children.Remove(e.ChildWorkflowExecutionCanceledEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionTimedOutEventAttributes:
                _children.Remove(e.ChildWorkflowExecutionTimedOutEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionTerminatedEventAttributes:
                _children.Remove(e.ChildWorkflowExecutionTerminatedEventAttributes.InitiatedEventId);
                break;
            default:
                break;
        }
    }

    /// <summary>Sets a child's started event id when the buffered started event is written.</summary>
    public void NoteWritten(HistoryEvent e)
    {
        if (e.ChildWorkflowExecutionStartedEventAttributes is { } started && Find(started.InitiatedEventId) is { } child)
        {
            child.StartedEventId = e.EventId;
        }
    }
}
