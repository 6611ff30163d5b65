using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>
/// Events that are held back until the started workflow task ends. They have no ids until then. The events that end activities and children
/// are placed after the other events.
/// </summary>
internal sealed class HistoryEventBuffer
{
    private readonly List<HistoryEvent> _events = [];

    public int Count => _events.Count;

    public IReadOnlyList<HistoryEvent> All => _events;

    public void Add(HistoryEvent e) => _events.Add(e);

    /// <summary>Removes a timer's fired event and returns it, or returns null if the buffer has none.</summary>
    public HistoryEvent? RemoveTimerFired(string timerId)
    {
        var fired = _events.Find(e => e.TimerFiredEventAttributes?.TimerId == timerId);
        if (fired is not null)
        {
            _events.Remove(fired);
        }

        return fired;
    }

    /// <summary>
    /// Removes all events, and returns them in the order in which they must be written. The events get consecutive ids that start at
    /// <paramref name="firstId"/>.
    /// </summary>
    public IReadOnlyList<HistoryEvent> RemoveAll(long firstId)
    {
        List<HistoryEvent> ordered = [.. _events.Where(e => !IsEndOfWork(e.EventType)), .. _events.Where(e => IsEndOfWork(e.EventType))];
        _events.Clear();
        var startedIds = new Dictionary<long, long>();
        foreach (var e in ordered)
        {
            e.EventId = firstId++;
            FixStartedId(e, startedIds);
        }

        return ordered;
    }

    private static bool IsEndOfWork(EventType type) =>
        type
            is EventType.ActivityTaskCompleted
                or EventType.ActivityTaskFailed
                or EventType.ActivityTaskTimedOut
                or EventType.ActivityTaskCanceled
                or EventType.ChildWorkflowExecutionCompleted
                or EventType.ChildWorkflowExecutionFailed
                or EventType.ChildWorkflowExecutionTimedOut
                or EventType.ChildWorkflowExecutionCanceled
                or EventType.ChildWorkflowExecutionTerminated;

    /// <summary>
    /// Sets the started event id in an event that ends an activity or a child, if the started event was buffered as well.
    /// </summary>
    /// <param name="startedIds">Ids of the started events by the id of the scheduled or initiated event.</param>
    private static void FixStartedId(HistoryEvent e, Dictionary<long, long> startedIds)
    {
        switch (e.AttributesCase)
        {
            case HistoryEvent.AttributesOneofCase.ActivityTaskStartedEventAttributes:
                startedIds[e.ActivityTaskStartedEventAttributes.ScheduledEventId] = e.EventId;
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionStartedEventAttributes:
                startedIds[e.ChildWorkflowExecutionStartedEventAttributes.InitiatedEventId] = e.EventId;
                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskCompletedEventAttributes:
                var completed = e.ActivityTaskCompletedEventAttributes;
                completed.StartedEventId = Started(completed.ScheduledEventId, completed.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskFailedEventAttributes:
                var failed = e.ActivityTaskFailedEventAttributes;
                failed.StartedEventId = Started(failed.ScheduledEventId, failed.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskTimedOutEventAttributes:
                var timedOut = e.ActivityTaskTimedOutEventAttributes;
                timedOut.StartedEventId = Started(timedOut.ScheduledEventId, timedOut.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ActivityTaskCanceledEventAttributes:
                var canceled = e.ActivityTaskCanceledEventAttributes;
                canceled.StartedEventId = Started(canceled.ScheduledEventId, canceled.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionCompletedEventAttributes:
                var childCompleted = e.ChildWorkflowExecutionCompletedEventAttributes;
                childCompleted.StartedEventId = Started(childCompleted.InitiatedEventId, childCompleted.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionFailedEventAttributes:
                var childFailed = e.ChildWorkflowExecutionFailedEventAttributes;
                childFailed.StartedEventId = Started(childFailed.InitiatedEventId, childFailed.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionCanceledEventAttributes:
                var childCanceled = e.ChildWorkflowExecutionCanceledEventAttributes;
                childCanceled.StartedEventId = Started(childCanceled.InitiatedEventId, childCanceled.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionTimedOutEventAttributes:
                var childTimedOut = e.ChildWorkflowExecutionTimedOutEventAttributes;
                childTimedOut.StartedEventId = Started(childTimedOut.InitiatedEventId, childTimedOut.StartedEventId);
                break;
            case HistoryEvent.AttributesOneofCase.ChildWorkflowExecutionTerminatedEventAttributes:
                var terminated = e.ChildWorkflowExecutionTerminatedEventAttributes;
                terminated.StartedEventId = Started(terminated.InitiatedEventId, terminated.StartedEventId);
                break;
            default:
                break;
        }

        long Started(long asked, long known) => startedIds.GetValueOrDefault(asked, known);
    }
}
