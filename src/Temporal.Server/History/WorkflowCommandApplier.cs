using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Temporal.Server.History;

/// <summary>
/// Applies the commands of a completed workflow task, and writes their events. <see cref="WorkflowCommandValidator"/> must already have
/// accepted the commands.
/// </summary>
internal sealed class WorkflowCommandApplier(
    SingleWorkflowRunCache workflow,
    MutableState run,
    TemporalNamespace ns,
    NamespaceRegistry namespaces,
    RunSuccessorStarter chain,
    long taskCompletedId,
    string identity,
    IReadOnlyCollection<Message> messages
)
{
    /// <summary>Activities that are delivered eagerly, in the response to the worker that completed the task.</summary>
    public List<PendingActivity> Eager { get; } = [];

    /// <summary>Applies the commands and writes the event of each command.</summary>
    public void Apply(IEnumerable<Command> commands)
    {
        var done = new HashSet<string>();
        foreach (var command in commands)
        {
            if (command.CommandType == CommandType.ProtocolMessage)
            {
                var id = command.ProtocolMessageCommandAttributes.MessageId;
                done.Add(id);
                UpdateProtocol.Apply(workflow, run, messages.First(m => m.Id == id));
            }
            else if (WorkflowCommandSequenceValidator.IsClosing(command))
            {
                // Messages without a position in the command sequence are applied before the run ends.
                ApplyRest(done);
                Close(command);
            }
            else
            {
                Apply(command);
            }
        }

        ApplyRest(done);
    }

    private void ApplyRest(HashSet<string> done)
    {
        foreach (var message in messages.Where(m => done.Add(m.Id)))
        {
            UpdateProtocol.Apply(workflow, run, message);
        }
    }

    private void Close(Command command)
    {
        switch (command.CommandType)
        {
            case CommandType.CompleteWorkflowExecution:
                chain.Complete(workflow, run, command.CompleteWorkflowExecutionCommandAttributes, taskCompletedId);
                break;
            case CommandType.FailWorkflowExecution:
                chain.Fail(workflow, run, command.FailWorkflowExecutionCommandAttributes.Failure, taskCompletedId);
                break;
            case CommandType.CancelWorkflowExecution:
                chain.Cancel(workflow, run, command.CancelWorkflowExecutionCommandAttributes.Details, taskCompletedId);
                break;
            default:
                chain.ContinueAsNew(
                    workflow,
                    run,
                    command.ContinueAsNewWorkflowExecutionCommandAttributes,
                    command.UserMetadata,
                    taskCompletedId
                );
                break;
        }
    }

    private void Apply(Command command)
    {
        switch (command.CommandType)
        {
            case CommandType.ScheduleActivityTask:
                ScheduleActivity(command);
                break;
            case CommandType.RequestCancelActivityTask:
                RequestCancelActivity(command.RequestCancelActivityTaskCommandAttributes);
                break;
            case CommandType.StartTimer:
                Add(
                    command,
                    EventType.TimerStarted,
                    e =>
                        e.TimerStartedEventAttributes = new TimerStartedEventAttributes
                        {
                            TimerId = command.StartTimerCommandAttributes.TimerId,
                            StartToFireTimeout = command.StartTimerCommandAttributes.StartToFireTimeout ?? new Duration(),
                            WorkflowTaskCompletedEventId = taskCompletedId,
                        }
                );
                break;
            case CommandType.CancelTimer:
                CancelTimer(command);
                break;
            case CommandType.RecordMarker:
                var marker = command.RecordMarkerCommandAttributes;
                var attributes = new MarkerRecordedEventAttributes
                {
                    MarkerName = marker.MarkerName,
                    WorkflowTaskCompletedEventId = taskCompletedId,
                    Header = marker.Header,
                    Failure = marker.Failure,
                };
                attributes.Details.Add(marker.Details);
                Add(command, EventType.MarkerRecorded, e => e.MarkerRecordedEventAttributes = attributes);
                break;
            case CommandType.StartChildWorkflowExecution:
                StartChild(command);
                break;
            case CommandType.SignalExternalWorkflowExecution:
                SignalExternal(command);
                break;
            case CommandType.RequestCancelExternalWorkflowExecution:
                CancelExternal(command);
                break;
            case CommandType.UpsertWorkflowSearchAttributes:
                Add(
                    command,
                    EventType.UpsertWorkflowSearchAttributes,
                    e =>
                        e.UpsertWorkflowSearchAttributesEventAttributes = new UpsertWorkflowSearchAttributesEventAttributes
                        {
                            WorkflowTaskCompletedEventId = taskCompletedId,
                            SearchAttributes = command.UpsertWorkflowSearchAttributesCommandAttributes.SearchAttributes,
                        }
                );
                break;
            default:
                Add(
                    command,
                    EventType.WorkflowPropertiesModified,
                    e =>
                        e.WorkflowPropertiesModifiedEventAttributes = new WorkflowPropertiesModifiedEventAttributes
                        {
                            WorkflowTaskCompletedEventId = taskCompletedId,
                            UpsertedMemo = command.ModifyWorkflowPropertiesCommandAttributes.UpsertedMemo,
                        }
                );
                break;
        }
    }

    private HistoryEvent Add(Command command, EventType type, Action<HistoryEvent> fill)
    {
        var e = run.NewEvent(type);
        e.UserMetadata = command.UserMetadata;
        fill(e);
        return run.Add(e);
    }

    private void ScheduleActivity(Command command)
    {
        var a = command.ScheduleActivityTaskCommandAttributes;
        var runTimeout = run.Start.WorkflowRunTimeout.Span();
        var scheduleToClose = ProtoTime.MinPositive(a.ScheduleToCloseTimeout.Span(), runTimeout);
        var startToClose = ProtoTime.MinPositive(a.StartToCloseTimeout.Span(), scheduleToClose);
        var scheduleToStart = ProtoTime.MinPositive(a.ScheduleToStartTimeout.Span(), scheduleToClose);
        var heartbeat = a.HeartbeatTimeout.IsPositive() ? ProtoTime.MinPositive(a.HeartbeatTimeout.Span(), startToClose) : TimeSpan.Zero;
        var e = Add(
            command,
            EventType.ActivityTaskScheduled,
            e =>
                e.ActivityTaskScheduledEventAttributes = new ActivityTaskScheduledEventAttributes
                {
                    ActivityId = a.ActivityId,
                    ActivityType = a.ActivityType,
                    TaskQueue = new TaskQueue { Name = a.TaskQueue.Name, Kind = TaskQueueKind.Normal },
                    Header = a.Header,
                    Input = a.Input,
                    ScheduleToCloseTimeout = scheduleToClose.AsDuration(),
                    ScheduleToStartTimeout = scheduleToStart.AsDuration(),
                    StartToCloseTimeout = startToClose.AsDuration(),
                    HeartbeatTimeout = heartbeat.AsDuration(),
                    WorkflowTaskCompletedEventId = taskCompletedId,
                    RetryPolicy = RetryPolicies.WithDefaults(a.RetryPolicy),
                    UseWorkflowBuildId = a.UseWorkflowBuildId,
                    Priority = a.Priority,
                }
        );
        var activity = run.Activities.Find(e.EventId)!;
        if (run.IsPaused)
        {
            ActivityTransitions.HoldBack(run, activity);
            return;
        }

        ActivityTransitions.Dispatch(run, activity);
        if (a.RequestEagerExecution)
        {
            Eager.Add(activity);
        }
    }

    private void RequestCancelActivity(RequestCancelActivityTaskCommandAttributes a)
    {
        var e = run.NewEvent(EventType.ActivityTaskCancelRequested);
        e.ActivityTaskCancelRequestedEventAttributes = new ActivityTaskCancelRequestedEventAttributes
        {
            ScheduledEventId = a.ScheduledEventId,
            WorkflowTaskCompletedEventId = taskCompletedId,
        };
        run.Add(e);
        if (run.Activities.Find(a.ScheduledEventId) is { } activity)
        {
            ActivityTransitions.MarkChanged(run, activity);
            if (!activity.IsStarted)
            {
                var details = new Payloads();
                details.Payloads_.Add(PayloadExtensions.Json("\"ACTIVITY_ID_NOT_STARTED\""));
                ActivityTransitions.CancelUnstarted(run, activity, details, identity);
            }
            else
            {
                TransferTaskFactory.AddCancel(run, activity);
            }
        }
    }

    private void CancelTimer(Command command)
    {
        var id = command.CancelTimerCommandAttributes.TimerId;
        var started = run.Timers.TryGetValue(id, out var timer) ? timer.StartedEventId : run.RemoveBufferedTimer(id);
        Add(
            command,
            EventType.TimerCanceled,
            e =>
                e.TimerCanceledEventAttributes = new TimerCanceledEventAttributes
                {
                    TimerId = id,
                    StartedEventId = started,
                    WorkflowTaskCompletedEventId = taskCompletedId,
                    Identity = identity,
                }
        );
    }

    private void StartChild(Command command)
    {
        var a = command.StartChildWorkflowExecutionCommandAttributes;
        var target = Target(a.Namespace);
        var e = Add(
            command,
            EventType.StartChildWorkflowExecutionInitiated,
            e =>
                e.StartChildWorkflowExecutionInitiatedEventAttributes = new StartChildWorkflowExecutionInitiatedEventAttributes
                {
                    Namespace = target.Name,
                    NamespaceId = target.Id,
                    WorkflowId = a.WorkflowId,
                    WorkflowType = a.WorkflowType,
                    TaskQueue = new TaskQueue
                    {
                        Name = a.TaskQueue is { Name.Length: > 0 } queue ? queue.Name : run.Start.TaskQueue.Name,
                        Kind = TaskQueueKind.Normal,
                    },
                    Input = a.Input,
                    WorkflowExecutionTimeout = a.WorkflowExecutionTimeout,
                    WorkflowRunTimeout = ProtoTime.MinPositive(a.WorkflowRunTimeout.Span(), a.WorkflowExecutionTimeout.Span()).AsDuration(),
                    WorkflowTaskTimeout = WorkflowStartEventFactory.TaskTimeout(
                        a.WorkflowTaskTimeout,
                        ProtoTime.MinPositive(a.WorkflowRunTimeout.Span(), a.WorkflowExecutionTimeout.Span())
                    ),
                    ParentClosePolicy =
                        a.ParentClosePolicy == ParentClosePolicy.Unspecified ? ParentClosePolicy.Terminate : a.ParentClosePolicy,
                    Control = a.Control,
                    WorkflowTaskCompletedEventId = taskCompletedId,
                    WorkflowIdReusePolicy =
                        a.WorkflowIdReusePolicy == WorkflowIdReusePolicy.Unspecified
                            ? WorkflowIdReusePolicy.AllowDuplicate
                            : a.WorkflowIdReusePolicy,
                    RetryPolicy = a.RetryPolicy is null ? null : RetryPolicies.WithDefaults(a.RetryPolicy),
                    CronSchedule = a.CronSchedule,
                    Header = a.Header,
                    Memo = a.Memo.WithoutNulls(),
                    SearchAttributes = a.SearchAttributes.WithoutNulls(),
                    InheritBuildId = a.InheritBuildId,
                    Priority = a.Priority,
                }
        );
        TransferTaskFactory.Add(run, e);
    }

    private void SignalExternal(Command command)
    {
        var a = command.SignalExternalWorkflowExecutionCommandAttributes;
        var target = Target(a.Namespace);
        var e = Add(
            command,
            EventType.SignalExternalWorkflowExecutionInitiated,
            e =>
                e.SignalExternalWorkflowExecutionInitiatedEventAttributes = new SignalExternalWorkflowExecutionInitiatedEventAttributes
                {
                    WorkflowTaskCompletedEventId = taskCompletedId,
                    Namespace = a.Namespace,
                    NamespaceId = target.Id,
                    WorkflowExecution = a.Execution,
                    SignalName = a.SignalName,
                    Input = a.Input,
                    Control = a.Control,
                    ChildWorkflowOnly = a.ChildWorkflowOnly,
                    Header = a.Header,
                }
        );
        TransferTaskFactory.Add(run, e);
    }

    private void CancelExternal(Command command)
    {
        var a = command.RequestCancelExternalWorkflowExecutionCommandAttributes;
        var target = Target(a.Namespace);
        var e = Add(
            command,
            EventType.RequestCancelExternalWorkflowExecutionInitiated,
            e =>
                e.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes =
                    new RequestCancelExternalWorkflowExecutionInitiatedEventAttributes
                    {
                        WorkflowTaskCompletedEventId = taskCompletedId,
                        Namespace = a.Namespace,
                        NamespaceId = target.Id,
                        WorkflowExecution = new WorkflowExecution { WorkflowId = a.WorkflowId, RunId = a.RunId },
                        Control = a.Control,
                        ChildWorkflowOnly = a.ChildWorkflowOnly,
                        Reason = a.Reason,
                    }
        );
        TransferTaskFactory.Add(run, e);
    }

    private TemporalNamespace Target(string name) => name.Length > 0 ? namespaces.Resolve(name) : ns;
}
