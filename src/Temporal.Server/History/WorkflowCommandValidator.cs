using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Visibility;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Protocol.V1;

namespace Temporal.Server.History;

/// <summary>
/// Validates all commands of a workflow task before any of them is applied. Reports faults with the same messages as the Temporal server.
/// </summary>
internal sealed class WorkflowCommandValidator(
    MutableState run,
    TemporalNamespace ns,
    NamespaceRegistry namespaces,
    SearchAttributeRegistry searchAttributes,
    IReadOnlyCollection<Message> messages
)
{
    // Number of events that a completion may write before those of its commands: scheduled, started, completed.
    private const int EventsOfTask = 3;

    private readonly HashSet<string> _newTimers = [];
    private readonly HashSet<string> _goneTimers = [];
    private readonly HashSet<string> _newActivities = [];
    private readonly HashSet<string> _usedMessages = [];
    private readonly HashSet<long> _cancelled = [];
    private readonly HashSet<string> _newChildren = [];
    private readonly CommandSearchAttributeValidator _attributes = new(ns, searchAttributes);
    private int _commands;

    /// <summary>
    /// Validates the commands. Returns null if all are valid, or a fault that fails the task. Throws for a request that is rejected
    /// without failing the task.
    /// </summary>
    public WorkflowTaskRejectionReason? Check(IReadOnlyList<Command> commands)
    {
        WorkflowCommandSequenceValidator.RequireClosingCommandLast(commands);
        if (WorkflowCommandSequenceValidator.TooMany(run, commands) is { } tooMany)
        {
            return tooMany;
        }

        _commands = commands.Count;
        foreach (var command in commands)
        {
            if (Check(command) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private WorkflowTaskRejectionReason? Check(Command command) =>
        command.CommandType switch
        {
            CommandType.ScheduleActivityTask => ScheduleActivity(command.ScheduleActivityTaskCommandAttributes),
            CommandType.RequestCancelActivityTask => command.RequestCancelActivityTaskCommandAttributes switch
            {
                null => Missing(WorkflowTaskFailedCause.BadRequestCancelActivityAttributes, "RequestCancelActivityTask"),
                { ScheduledEventId: <= 0 } => new WorkflowTaskRejectionReason(
                    WorkflowTaskFailedCause.BadRequestCancelActivityAttributes,
                    "ScheduledEventId is not set on RequestCancelActivityTaskCommand."
                ),
                var a when !CanCancel(a.ScheduledEventId) => new WorkflowTaskRejectionReason(
                    WorkflowTaskFailedCause.BadRequestCancelActivityAttributes,
                    "invalid history builder state for action: add-activitytask-cancel-requested-event, ScheduledEventID: "
                        + $"{a.ScheduledEventId}"
                ),
                _ => null,
            },
            CommandType.StartTimer => StartTimer(command.StartTimerCommandAttributes),
            CommandType.CancelTimer => CancelTimer(command.CancelTimerCommandAttributes),
            CommandType.CompleteWorkflowExecution => command.CompleteWorkflowExecutionCommandAttributes is null
                ? Missing(WorkflowTaskFailedCause.BadCompleteWorkflowExecutionAttributes, "CompleteWorkflowExecution")
                : TooLarge(
                    command.CompleteWorkflowExecutionCommandAttributes.Result,
                    // An unexpected cause, but the one that the Temporal server returns.
                    WorkflowTaskFailedCause.BadScheduleActivityAttributes,
                    "CompleteWorkflowExecutionCommandAttributes.Result exceeds size limit."
                ),
            CommandType.FailWorkflowExecution => FailWorkflow(command.FailWorkflowExecutionCommandAttributes),
            CommandType.CancelWorkflowExecution => command.CancelWorkflowExecutionCommandAttributes is null
                ? Missing(WorkflowTaskFailedCause.BadCancelWorkflowExecutionAttributes, "CancelWorkflowExecution")
                : null,
            CommandType.ContinueAsNewWorkflowExecution => ContinueAsNew(command.ContinueAsNewWorkflowExecutionCommandAttributes),
            CommandType.RecordMarker => command.RecordMarkerCommandAttributes switch
            {
                null => Missing(WorkflowTaskFailedCause.BadRecordMarkerAttributes, "RecordMarker"),
                { MarkerName.Length: 0 } => new WorkflowTaskRejectionReason(
                    WorkflowTaskFailedCause.BadRecordMarkerAttributes,
                    "MarkerName is not set on RecordMarkerCommand."
                ),
                var m => TooLarge(
                    m,
                    WorkflowTaskFailedCause.BadRecordMarkerAttributes,
                    "RecordMarkerCommandAttributes.Details exceeds size limit."
                ),
            },
            CommandType.StartChildWorkflowExecution => StartChild(command.StartChildWorkflowExecutionCommandAttributes),
            CommandType.SignalExternalWorkflowExecution => SignalExternal(command.SignalExternalWorkflowExecutionCommandAttributes),
            CommandType.RequestCancelExternalWorkflowExecution => CancelExternal(
                command.RequestCancelExternalWorkflowExecutionCommandAttributes
            ),
            CommandType.UpsertWorkflowSearchAttributes => Upsert(command.UpsertWorkflowSearchAttributesCommandAttributes),
            CommandType.ModifyWorkflowProperties => command.ModifyWorkflowPropertiesCommandAttributes switch
            {
                null => Missing(WorkflowTaskFailedCause.BadModifyWorkflowPropertiesAttributes, "ModifyWorkflowProperties"),
                { UpsertedMemo: null or { Fields.Count: 0 } } => new WorkflowTaskRejectionReason(
                    WorkflowTaskFailedCause.BadModifyWorkflowPropertiesAttributes,
                    "UpsertedMemo.Fields is not set on ModifyWorkflowPropertiesCommand."
                ),
                var m => TooLarge(
                    m,
                    WorkflowTaskFailedCause.BadModifyWorkflowPropertiesAttributes,
                    "ModifyWorkflowPropertiesCommandAttributes exceeds size limit."
                ),
            },
            CommandType.ProtocolMessage => ProtocolMessage(command.ProtocolMessageCommandAttributes),
            CommandType.ScheduleNexusOperation or CommandType.RequestCancelNexusOperation => new WorkflowTaskRejectionReason(
                WorkflowTaskFailedCause.FeatureDisabled,
                "Nexus operations disabled"
            ),
            _ => throw GrpcErrorFactory.InvalidArgument($"unknown command type: {command.CommandType}"),
        };

    /// <summary>
    /// True if a command may cancel the activity. The activity must be pending without a cancel request, be scheduled by the same task, or
    /// have an end event that is still buffered.
    /// </summary>
    private bool CanCancel(long scheduledEventId) =>
        _cancelled.Add(scheduledEventId)
        && (
            scheduledEventId >= run.NextEventId
                ? _newActivities.Count > 0 && scheduledEventId <= run.NextEventId + EventsOfTask + _commands
                : (
                    run.Activities.Find(scheduledEventId) is { } activity
                        ? !activity.Record.CancelRequested
                        : run.Buffered.All.Any(e => PendingActivities.EndedBy(e) == scheduledEventId)
                )
        );

    private static WorkflowTaskRejectionReason Missing(WorkflowTaskFailedCause cause, string command) =>
        new(cause, $"{command}CommandAttributes is not set on {command}Command.");

    private WorkflowTaskRejectionReason? TooLarge(IMessage? part, WorkflowTaskFailedCause cause, string message) =>
        part is not null && part.CalculateSize() > ns.BlobSizeLimit ? new WorkflowTaskRejectionReason(cause, message, EndsRun: true) : null;

    private WorkflowTaskRejectionReason? ScheduleActivity(ScheduleActivityTaskCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadScheduleActivityAttributes;
        if (a is null)
        {
            return Missing(Cause, "ScheduleActivityTask");
        }

        if (ScheduleActivityCommandValidator.Fault(a) is { } fault)
        {
            return new WorkflowTaskRejectionReason(Cause, fault);
        }

        if (run.Activities.Find(a.ActivityId) is not null || !_newActivities.Add(a.ActivityId))
        {
            return new WorkflowTaskRejectionReason(
                WorkflowTaskFailedCause.ScheduleActivityDuplicateId,
                $"invalid history builder state for action: add-activitytask-scheduled-event, ActivityID: {a.ActivityId}"
            );
        }

        return TooLarge(a.Input, Cause, "ScheduleActivityTaskCommandAttributes.Input exceeds size limit.");
    }

    private WorkflowTaskRejectionReason? StartTimer(StartTimerCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadStartTimerAttributes;
        if (a is null)
        {
            return Missing(Cause, "StartTimer");
        }

        if (a.TimerId.Length == 0)
        {
            return new WorkflowTaskRejectionReason(Cause, "TimerId is not set on StartTimerCommand.");
        }

        if (a.TimerId.Length > GrpcArgumentValidator.MaxId)
        {
            return new WorkflowTaskRejectionReason(Cause, $"TimerId on StartTimerCommand exceeds length limit. TimerId={a.TimerId}");
        }

        if (a.StartToFireTimeout.IsNegative())
        {
            return new WorkflowTaskRejectionReason(
                Cause,
                $"An invalid StartToFireTimeout is set on StartTimerCommand: negative duration. TimerId={a.TimerId}"
            );
        }

        var exists = _newTimers.Contains(a.TimerId) || (run.Timers.ContainsKey(a.TimerId) && !_goneTimers.Contains(a.TimerId));
        if (exists)
        {
            return new WorkflowTaskRejectionReason(
                WorkflowTaskFailedCause.StartTimerDuplicateId,
                $"invalid history builder state for action: add-timer-started-event, TimerID: {a.TimerId}"
            );
        }

        _newTimers.Add(a.TimerId);
        return null;
    }

    private WorkflowTaskRejectionReason? CancelTimer(CancelTimerCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadCancelTimerAttributes;
        if (a is null)
        {
            return Missing(Cause, "CancelTimer");
        }

        if (a.TimerId.Length == 0)
        {
            return new WorkflowTaskRejectionReason(Cause, "TimerId is not set on CancelTimerCommand.");
        }

        var firing = run.Buffered.All.Any(e => e.TimerFiredEventAttributes?.TimerId == a.TimerId);
        if (!_newTimers.Remove(a.TimerId) && !((run.Timers.ContainsKey(a.TimerId) || firing) && _goneTimers.Add(a.TimerId)))
        {
            return new WorkflowTaskRejectionReason(
                Cause,
                $"invalid history builder state for action: add-timer-canceled-event, TimerID: {a.TimerId}"
            );
        }

        return null;
    }

    private WorkflowTaskRejectionReason? FailWorkflow(FailWorkflowExecutionCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadFailWorkflowExecutionAttributes;
        return a is null ? Missing(Cause, "FailWorkflowExecution")
            : a.Failure is null ? new WorkflowTaskRejectionReason(Cause, "Failure is not set on FailWorkflowExecutionCommand.")
            : TooLarge(a.Failure, Cause, "FailWorkflowExecutionCommandAttributes.Failure exceeds size limit.");
    }

    private WorkflowTaskRejectionReason? ContinueAsNew(ContinueAsNewWorkflowExecutionCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadContinueAsNewAttributes;
        if (a is null)
        {
            return Missing(Cause, "ContinueAsNewWorkflowExecution");
        }

        var type = a.WorkflowType is { Name.Length: > 0 } t ? t.Name : run.Start.WorkflowType.Name;
        var queue = a.TaskQueue is { Name.Length: > 0 } q ? q.Name : run.Start.TaskQueue.Name;
        foreach (
            var (name, value) in new (string, Duration?)[]
            {
                ("WorkflowRunTimeout", a.WorkflowRunTimeout),
                ("WorkflowTaskTimeout", a.WorkflowTaskTimeout),
                ("BackoffStartInterval", a.BackoffStartInterval),
            }
        )
        {
            if (value.IsNegative())
            {
                return new WorkflowTaskRejectionReason(
                    Cause,
                    $"Invalid {name} on ContinueAsNewWorkflowExecutionCommand: negative duration. WorkflowType={type} "
                        + $"TaskQueue=name:\"{queue}\"  kind:TASK_QUEUE_KIND_NORMAL"
                );
            }
        }

        if (RetryPolicies.Fault(a.RetryPolicy) is { } policy)
        {
            return new WorkflowTaskRejectionReason(
                Cause,
                $"invalid WorkflowRetryPolicy on ContinueAsNewWorkflowExecutionCommand: {policy}. WorkflowType={type} "
                    + $"TaskQueue=name:\"{queue}\"  kind:TASK_QUEUE_KIND_NORMAL"
            );
        }

        return _attributes.Check(
                a.SearchAttributes,
                s => a.SearchAttributes = s,
                "on ContinueAsNewWorkflowExecutionCommand",
                $"WorkflowType={type} TaskQueue=name:\"{queue}\"  kind:TASK_QUEUE_KIND_NORMAL"
            ) ?? TooLarge(a.Input, Cause, "ContinueAsNewWorkflowExecutionCommandAttributes.Input exceeds size limit.");
    }

    private WorkflowTaskRejectionReason? StartChild(StartChildWorkflowExecutionCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadStartChildExecutionAttributes;
        if (a is null)
        {
            return Missing(Cause, "StartChildWorkflowExecution");
        }

        var target = a.Namespace.Length > 0 ? namespaces.Resolve(a.Namespace) : ns;
        var type = a.WorkflowType?.Name ?? "";
        if (a.WorkflowId.Length == 0)
        {
            return new WorkflowTaskRejectionReason(
                Cause,
                $"Required field WorkflowId is not set on StartChildWorkflowExecutionCommand. WorkflowType={type} Namespace={target.Name}"
            );
        }

        if (type.Length == 0)
        {
            return new WorkflowTaskRejectionReason(
                Cause,
                $"Required field WorkflowType is not set on StartChildWorkflowExecutionCommand. WorkflowId={a.WorkflowId} "
                    + $"Namespace={target.Name}"
            );
        }

        var which = $"WorkflowId={a.WorkflowId} WorkflowType={type} Namespace={target.Name}";
        foreach (
            var (name, value) in new (string, Duration?)[]
            {
                ("WorkflowExecutionTimeout", a.WorkflowExecutionTimeout),
                ("WorkflowRunTimeout", a.WorkflowRunTimeout),
                ("WorkflowTaskTimeout", a.WorkflowTaskTimeout),
            }
        )
        {
            if (value.IsNegative())
            {
                return new WorkflowTaskRejectionReason(
                    Cause,
                    $"Invalid {name} on StartChildWorkflowExecutionCommand: negative duration. {which}"
                );
            }
        }

        if (RetryPolicies.Fault(a.RetryPolicy) is { } policy)
        {
            return new WorkflowTaskRejectionReason(
                Cause,
                $"invalid WorkflowRetryPolicy on StartChildWorkflowExecutionCommand: {policy}. {which}"
            );
        }

        if (PriorityInheritance.Fault(a.Priority) is { } priority)
        {
            return new WorkflowTaskRejectionReason(Cause, priority);
        }

        if (a.CronSchedule.Length > 0 && CronSchedule.TryParse(a.CronSchedule) is null)
        {
            return new WorkflowTaskRejectionReason(
                Cause,
                $"invalid CronSchedule on StartChildWorkflowExecutionCommand: invalid CronSchedule.. {which}"
            );
        }

        _newChildren.Add(a.WorkflowId);
        return _attributes.Check(a.SearchAttributes, s => a.SearchAttributes = s, "on StartChildWorkflowCommand", which)
            ?? TooLarge(a.Input, Cause, "StartChildWorkflowExecutionCommandAttributes. Input exceeds size limit.");
    }

    private WorkflowTaskRejectionReason? SignalExternal(SignalExternalWorkflowExecutionCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadSignalWorkflowExecutionAttributes;
        if (a is null)
        {
            return Missing(Cause, "SignalExternalWorkflowExecution");
        }

        if (a.Namespace.Length > 0)
        {
            namespaces.Resolve(a.Namespace);
        }

        var runId = a.Execution?.RunId ?? "";
        return a.Execution is null
                ? new WorkflowTaskRejectionReason(Cause, "Execution is not set on SignalExternalWorkflowExecutionCommand.")
            : a.Execution.WorkflowId.Length == 0
                ? new WorkflowTaskRejectionReason(
                    Cause,
                    $"WorkflowId is not set on SignalExternalWorkflowExecutionCommand. Namespace={a.Namespace} RunId={runId} "
                        + $"SignalName={a.SignalName}"
                )
            : runId.Length > 0 && !Guid.TryParse(runId, out _)
                ? new WorkflowTaskRejectionReason(
                    Cause,
                    $"Invalid RunId set on SignalExternalWorkflowExecutionCommand. WorkflowId={a.Execution.WorkflowId} "
                        + $"Namespace={a.Namespace} RunId={runId} SignalName={a.SignalName}"
                )
            : a.SignalName.Length == 0
                ? new WorkflowTaskRejectionReason(
                    Cause,
                    $"SignalName is not set on SignalExternalWorkflowExecutionCommand. WorkflowId={a.Execution.WorkflowId} "
                        + $"Namespace={a.Namespace} RunId={runId}"
                )
            : TooLarge(a.Input, Cause, "SignalExternalWorkflowExecutionCommandAttributes.Input exceeds size limit.");
    }

    private WorkflowTaskRejectionReason? CancelExternal(RequestCancelExternalWorkflowExecutionCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadRequestCancelExternalWorkflowExecutionAttributes;
        if (a is null)
        {
            return Missing(Cause, "RequestCancelExternalWorkflowExecution");
        }

        if (a.Namespace.Length > 0)
        {
            namespaces.Resolve(a.Namespace);
        }

        return a.WorkflowId.Length == 0
                ? new WorkflowTaskRejectionReason(
                    Cause,
                    $"WorkflowId is not set on RequestCancelExternalWorkflowExecutionCommand. Namespace={a.Namespace} RunId={a.RunId}"
                )
            : a.RunId.Length == 0 && a.ChildWorkflowOnly && _newChildren.Contains(a.WorkflowId)
                ? new WorkflowTaskRejectionReason(
                    Cause,
                    $"Start and RequestCancel for child workflow is not allowed in same workflow task. WorkflowId={a.WorkflowId} "
                        + $"RunId={a.RunId} Namespace={a.Namespace}"
                )
            : a.RunId.Length > 0 && !Guid.TryParse(a.RunId, out _)
                ? new WorkflowTaskRejectionReason(
                    Cause,
                    $"Invalid RunId set on RequestCancelExternalWorkflowExecutionCommand. WorkflowId={a.WorkflowId} "
                        + $"RunId={a.RunId} Namespace={a.Namespace}"
                )
            : null;
    }

    private WorkflowTaskRejectionReason? Upsert(UpsertWorkflowSearchAttributesCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadSearchAttributes;
        return a is null ? Missing(Cause, "UpsertWorkflowSearchAttributes")
            : a.SearchAttributes is null || a.SearchAttributes.IndexedFields.Count == 0
                ? new WorkflowTaskRejectionReason(Cause, "IndexedFields is not set on UpsertWorkflowSearchAttributesCommand.")
            : _attributes.Check(a.SearchAttributes, s => a.SearchAttributes = s);
    }

    private WorkflowTaskRejectionReason? ProtocolMessage(ProtocolMessageCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadUpdateWorkflowExecutionMessage;
        return a is null || a.MessageId.Length == 0
                ? new WorkflowTaskRejectionReason(Cause, "MessageID is not set on ProtocolMessageCommand.")
            : messages.All(m => m.Id != a.MessageId) || !_usedMessages.Add(a.MessageId)
                ? new WorkflowTaskRejectionReason(Cause, $"ProtocolMessageCommand referenced absent message ID {a.MessageId}")
            : null;
    }
}
