using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Update.V1;

namespace Temporalio.Worker.Workflows;

/// <summary>Whether an event is the trace of a command: by kind, type and id, never by input, timeouts or retry options.</summary>
internal static class CommandMatcher
{
    /// <summary>
    /// Whether an event that is no trace of a command may stand between such traces: the server closes an activity that has not started, or
    /// waits for its next attempt, in the moment in which it takes the command to cancel it.
    /// </summary>
    public static bool MayStandAmongCommands(EventType type) => type == EventType.ActivityTaskCanceled;

    /// <summary>Whether an event of this type is the trace of a command.</summary>
    public static bool IsCommandEvent(EventType type) =>
        type switch
        {
            EventType.ActivityTaskScheduled
            or EventType.ActivityTaskCancelRequested
            or EventType.TimerStarted
            or EventType.TimerCanceled
            or EventType.MarkerRecorded
            or EventType.StartChildWorkflowExecutionInitiated
            or EventType.SignalExternalWorkflowExecutionInitiated
            or EventType.RequestCancelExternalWorkflowExecutionInitiated
            or EventType.UpsertWorkflowSearchAttributes
            or EventType.WorkflowPropertiesModified
            or EventType.WorkflowExecutionUpdateAccepted
            or EventType.WorkflowExecutionUpdateCompleted
            or EventType.WorkflowExecutionCompleted
            or EventType.WorkflowExecutionFailed
            or EventType.WorkflowExecutionCanceled
            or EventType.WorkflowExecutionContinuedAsNew => true,
            _ => false,
        };

    /// <summary>Whether the event is of the kind that the command leaves.</summary>
    public static bool SameKind(PendingCommand command, EventType type) =>
        command.Proto.CommandType switch
        {
            CommandType.ScheduleActivityTask => type == EventType.ActivityTaskScheduled,
            CommandType.RequestCancelActivityTask => type == EventType.ActivityTaskCancelRequested,
            CommandType.StartTimer => type == EventType.TimerStarted,
            CommandType.CancelTimer => type == EventType.TimerCanceled,
            CommandType.RecordMarker => type == EventType.MarkerRecorded,
            CommandType.StartChildWorkflowExecution => type == EventType.StartChildWorkflowExecutionInitiated,
            CommandType.SignalExternalWorkflowExecution => type == EventType.SignalExternalWorkflowExecutionInitiated,
            CommandType.RequestCancelExternalWorkflowExecution => type == EventType.RequestCancelExternalWorkflowExecutionInitiated,
            CommandType.UpsertWorkflowSearchAttributes => type == EventType.UpsertWorkflowSearchAttributes,
            CommandType.ModifyWorkflowProperties => type == EventType.WorkflowPropertiesModified,
            CommandType.CompleteWorkflowExecution => type == EventType.WorkflowExecutionCompleted,
            CommandType.FailWorkflowExecution => type == EventType.WorkflowExecutionFailed,
            CommandType.CancelWorkflowExecution => type == EventType.WorkflowExecutionCanceled,
            CommandType.ContinueAsNewWorkflowExecution => type == EventType.WorkflowExecutionContinuedAsNew,
            CommandType.ProtocolMessage => type
                == (
                    command.MessageBody is Acceptance
                        ? EventType.WorkflowExecutionUpdateAccepted
                        : EventType.WorkflowExecutionUpdateCompleted
                ),
            _ => false,
        };

    /// <summary>Whether type and id agree too; the kinds do.</summary>
    public static bool SameIdentity(PendingCommand pending, HistoryEvent e)
    {
        var command = pending.Proto;
        return command.CommandType switch
        {
            CommandType.ScheduleActivityTask => command.ScheduleActivityTaskCommandAttributes is var c
                && e.ActivityTaskScheduledEventAttributes is var a
                && c.ActivityId == a.ActivityId
                && c.ActivityType.Name == a.ActivityType?.Name,
            CommandType.RequestCancelActivityTask => command.RequestCancelActivityTaskCommandAttributes.ScheduledEventId
                == e.ActivityTaskCancelRequestedEventAttributes.ScheduledEventId,
            CommandType.StartTimer => command.StartTimerCommandAttributes.TimerId == e.TimerStartedEventAttributes.TimerId,
            CommandType.CancelTimer => command.CancelTimerCommandAttributes.TimerId == e.TimerCanceledEventAttributes.TimerId,
            CommandType.RecordMarker => Markers.Same(command.RecordMarkerCommandAttributes, e.MarkerRecordedEventAttributes),
            CommandType.StartChildWorkflowExecution => command.StartChildWorkflowExecutionCommandAttributes is var c
                && e.StartChildWorkflowExecutionInitiatedEventAttributes is var a
                && c.WorkflowId == a.WorkflowId
                && c.WorkflowType.Name == a.WorkflowType?.Name,
            CommandType.SignalExternalWorkflowExecution => command.SignalExternalWorkflowExecutionCommandAttributes is var c
                && e.SignalExternalWorkflowExecutionInitiatedEventAttributes is var a
                && c.SignalName == a.SignalName
                && c.Execution.WorkflowId == a.WorkflowExecution?.WorkflowId,
            CommandType.RequestCancelExternalWorkflowExecution => command.RequestCancelExternalWorkflowExecutionCommandAttributes.WorkflowId
                == e.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes.WorkflowExecution?.WorkflowId,
            CommandType.ProtocolMessage => pending.MessageBody is Acceptance
                ? pending.Message!.ProtocolInstanceId == e.WorkflowExecutionUpdateAcceptedEventAttributes.ProtocolInstanceId
                : pending.Message!.ProtocolInstanceId == e.WorkflowExecutionUpdateCompletedEventAttributes.Meta?.UpdateId,
            _ => true,
        };
    }

    /// <summary>What the code did, for people.</summary>
    public static string Describe(PendingCommand pending)
    {
        var command = pending.Proto;
        return command.CommandType switch
        {
            CommandType.ScheduleActivityTask => "scheduled activity "
                + Named(
                    command.ScheduleActivityTaskCommandAttributes.ActivityType.Name,
                    command.ScheduleActivityTaskCommandAttributes.ActivityId
                ),
            CommandType.RequestCancelActivityTask =>
                $"cancelled the activity of event {command.RequestCancelActivityTaskCommandAttributes.ScheduledEventId}",
            CommandType.StartTimer => $"started timer '{command.StartTimerCommandAttributes.TimerId}'",
            CommandType.CancelTimer => $"cancelled timer '{command.CancelTimerCommandAttributes.TimerId}'",
            CommandType.RecordMarker => "recorded "
                + Markers.Describe(command.RecordMarkerCommandAttributes.MarkerName, command.RecordMarkerCommandAttributes.Details),
            CommandType.StartChildWorkflowExecution => "started child workflow "
                + Named(
                    command.StartChildWorkflowExecutionCommandAttributes.WorkflowType.Name,
                    command.StartChildWorkflowExecutionCommandAttributes.WorkflowId
                ),
            CommandType.SignalExternalWorkflowExecution => "sent signal "
                + Named(
                    command.SignalExternalWorkflowExecutionCommandAttributes.SignalName,
                    command.SignalExternalWorkflowExecutionCommandAttributes.Execution.WorkflowId
                ),
            CommandType.RequestCancelExternalWorkflowExecution =>
                $"requested cancellation of workflow '{command.RequestCancelExternalWorkflowExecutionCommandAttributes.WorkflowId}'",
            CommandType.UpsertWorkflowSearchAttributes => "changed search attributes",
            CommandType.ModifyWorkflowProperties => "changed the memo",
            CommandType.CompleteWorkflowExecution => "completed the workflow",
            CommandType.FailWorkflowExecution => "failed the workflow",
            CommandType.CancelWorkflowExecution => "ended the workflow as cancelled",
            CommandType.ContinueAsNewWorkflowExecution => "continued as new",
            CommandType.ProtocolMessage =>
                $"{(pending.MessageBody is Acceptance ? "accepted" : "completed")} update '{pending.Message!.ProtocolInstanceId}'",
            _ => command.CommandType.ToString(),
        };
    }

    /// <summary>What history has, for people.</summary>
    public static string Describe(HistoryEvent e) =>
        e.EventType switch
        {
            EventType.ActivityTaskScheduled => "scheduled activity "
                + Named(e.ActivityTaskScheduledEventAttributes.ActivityType?.Name, e.ActivityTaskScheduledEventAttributes.ActivityId),
            EventType.ActivityTaskCancelRequested =>
                $"cancelled the activity of event {e.ActivityTaskCancelRequestedEventAttributes.ScheduledEventId}",
            EventType.TimerStarted => $"started timer '{e.TimerStartedEventAttributes.TimerId}'",
            EventType.TimerCanceled => $"cancelled timer '{e.TimerCanceledEventAttributes.TimerId}'",
            EventType.MarkerRecorded => "recorded "
                + Markers.Describe(e.MarkerRecordedEventAttributes.MarkerName, e.MarkerRecordedEventAttributes.Details),
            EventType.StartChildWorkflowExecutionInitiated => "started child workflow "
                + Named(
                    e.StartChildWorkflowExecutionInitiatedEventAttributes.WorkflowType?.Name,
                    e.StartChildWorkflowExecutionInitiatedEventAttributes.WorkflowId
                ),
            EventType.SignalExternalWorkflowExecutionInitiated => "sent signal "
                + Named(
                    e.SignalExternalWorkflowExecutionInitiatedEventAttributes.SignalName,
                    e.SignalExternalWorkflowExecutionInitiatedEventAttributes.WorkflowExecution?.WorkflowId
                ),
            EventType.RequestCancelExternalWorkflowExecutionInitiated => "requested cancellation of workflow "
                + $"'{e.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes.WorkflowExecution?.WorkflowId}'",
            EventType.UpsertWorkflowSearchAttributes => "changed search attributes",
            EventType.WorkflowPropertiesModified => "changed the memo",
            EventType.WorkflowExecutionCompleted => "completed the workflow",
            EventType.WorkflowExecutionFailed => "failed the workflow",
            EventType.WorkflowExecutionCanceled => "ended the workflow as cancelled",
            EventType.WorkflowExecutionContinuedAsNew => "continued as new",
            EventType.WorkflowExecutionUpdateAccepted =>
                $"accepted update '{e.WorkflowExecutionUpdateAcceptedEventAttributes.ProtocolInstanceId}'",
            EventType.WorkflowExecutionUpdateCompleted =>
                $"completed update '{e.WorkflowExecutionUpdateCompletedEventAttributes.Meta?.UpdateId}'",
            _ => e.EventType.ToString(),
        };

    private static string Named(string? type, string? id) => $"'{type}' with id '{id}'";
}
