using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>A run's unanswered signals and cancel requests to external workflows, by the id of the initiated event.</summary>
internal sealed class PendingExternalWorkflowRequests
{
    private readonly HashSet<long> _cancels = [];
    private readonly HashSet<long> _signals = [];

    public IReadOnlySet<long> Cancels => _cancels;

    public IReadOnlySet<long> Signals => _signals;

    /// <summary>Applies an event if it belongs to a request to an external workflow.</summary>
    public void Apply(HistoryEvent e)
    {
        switch (e.AttributesCase)
        {
            case HistoryEvent.AttributesOneofCase.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes:
                _cancels.Add(e.EventId);
                break;
            case HistoryEvent.AttributesOneofCase.RequestCancelExternalWorkflowExecutionFailedEventAttributes:
                _cancels.Remove(e.RequestCancelExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ExternalWorkflowExecutionCancelRequestedEventAttributes:
                _cancels.Remove(e.ExternalWorkflowExecutionCancelRequestedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.SignalExternalWorkflowExecutionInitiatedEventAttributes:
                _signals.Add(e.EventId);
                break;
            case HistoryEvent.AttributesOneofCase.SignalExternalWorkflowExecutionFailedEventAttributes:
                _signals.Remove(e.SignalExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ExternalWorkflowExecutionSignaledEventAttributes:
                _signals.Remove(e.ExternalWorkflowExecutionSignaledEventAttributes.InitiatedEventId);
                break;
            default:
                break;
        }
    }
}
