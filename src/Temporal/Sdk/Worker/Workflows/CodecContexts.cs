using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Converters;

namespace Temporalio.Worker.Workflows;

/// <summary>
/// Which codec belongs to which event or command of a run. What an activity takes and gives has the activity as its context, on the worker
/// that runs it as well; what goes to another workflow has that workflow.
/// </summary>
internal sealed class CodecContexts(DataConverter converter, string ns, string workflowId, WorkflowInstance? instance = null)
{
    // Activities that the run has no call for yet: their events come in the same batch.
    private readonly Dictionary<long, ActivityTaskScheduledEventAttributes> _scheduled = [];
    private string? _workflowType = instance?.Info.WorkflowType;
    private string _taskQueue = instance?.Info.TaskQueue ?? string.Empty;

    /// <summary>For values of the workflow itself; null when there is no codec.</summary>
    public IPayloadCodec? OfThisWorkflow { get; } =
        converter.PayloadCodec is null ? null : converter.ForWorkflow(ns, workflowId).PayloadCodec;

    /// <summary>Notes what events say about activities that later events only name by number.</summary>
    public void Learn(IEnumerable<HistoryEvent> events)
    {
        foreach (var e in events)
        {
            if (e.ActivityTaskScheduledEventAttributes is { } scheduled)
            {
                _scheduled[e.EventId] = scheduled;
            }
            else if (e.WorkflowExecutionStartedEventAttributes is { } started)
            {
                _workflowType = started.WorkflowType?.Name;
                _taskQueue = started.TaskQueue?.Name ?? string.Empty;
            }
        }
    }

    /// <summary>The codec for an event's payloads.</summary>
    public IPayloadCodec? Of(HistoryEvent e) =>
        e.EventType switch
        {
            EventType.ActivityTaskCompleted => OfActivity(e.ActivityTaskCompletedEventAttributes?.ScheduledEventId),
            EventType.ActivityTaskFailed => OfActivity(e.ActivityTaskFailedEventAttributes?.ScheduledEventId),
            EventType.ActivityTaskTimedOut => OfActivity(e.ActivityTaskTimedOutEventAttributes?.ScheduledEventId),
            EventType.ActivityTaskCanceled => OfActivity(e.ActivityTaskCanceledEventAttributes?.ScheduledEventId),
            EventType.ChildWorkflowExecutionCompleted => OfWorkflow(
                e.ChildWorkflowExecutionCompletedEventAttributes?.WorkflowExecution?.WorkflowId
            ),
            EventType.ChildWorkflowExecutionFailed => OfWorkflow(
                e.ChildWorkflowExecutionFailedEventAttributes?.WorkflowExecution?.WorkflowId
            ),
            EventType.ChildWorkflowExecutionCanceled => OfWorkflow(
                e.ChildWorkflowExecutionCanceledEventAttributes?.WorkflowExecution?.WorkflowId
            ),
            EventType.MarkerRecorded when e.MarkerRecordedEventAttributes is { } marker => OfMarker(Markers.ReadLocalActivity(marker)),
            _ => OfThisWorkflow,
        };

    /// <summary>The codec for a command's payloads.</summary>
    public IPayloadCodec? Of(Command command) =>
        command.CommandType switch
        {
            CommandType.ScheduleActivityTask when command.ScheduleActivityTaskCommandAttributes is { } activity => OfActivity(
                activity.ActivityId,
                activity.ActivityType.Name,
                activity.TaskQueue.Name,
                isLocal: false
            ),
            CommandType.StartChildWorkflowExecution => OfWorkflow(command.StartChildWorkflowExecutionCommandAttributes?.WorkflowId),
            CommandType.SignalExternalWorkflowExecution => OfWorkflow(
                command.SignalExternalWorkflowExecutionCommandAttributes?.Execution?.WorkflowId
            ),
            CommandType.RecordMarker when command.RecordMarkerCommandAttributes is { } marker => OfMarker(
                Markers.ReadLocalActivity(marker)
            ),
            _ => OfThisWorkflow,
        };

    private IPayloadCodec? OfActivity(long? scheduledEventId)
    {
        if (scheduledEventId is not { } id)
        {
            return OfThisWorkflow;
        }

        return instance?.Commands.ActivityAt(id) is { } open
                ? OfActivity(open.ActivityId, open.ActivityType.Name, open.TaskQueue.Name, isLocal: false)
            : _scheduled.TryGetValue(id, out var scheduled)
                ? OfActivity(scheduled.ActivityId, scheduled.ActivityType.Name, scheduled.TaskQueue.Name, isLocal: false)
            : OfThisWorkflow;
    }

    private IPayloadCodec? OfMarker(LocalActivityMarker? marker) =>
        marker is null ? OfThisWorkflow : OfActivity(marker.ActivityId, marker.ActivityType, _taskQueue, isLocal: true);

    private IPayloadCodec? OfActivity(string id, string type, string taskQueue, bool isLocal) =>
        converter
            .WithSerializationContext(new ISerializationContext.Activity(ns, id, workflowId, _workflowType, type, taskQueue, isLocal))
            .PayloadCodec;

    private IPayloadCodec? OfWorkflow(string? id) => string.IsNullOrEmpty(id) ? OfThisWorkflow : converter.ForWorkflow(ns, id).PayloadCodec;
}
