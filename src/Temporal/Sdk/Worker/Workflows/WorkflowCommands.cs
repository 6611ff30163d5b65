using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Exceptions;

namespace Temporalio.Worker.Workflows;

/// <summary>What a run has asked for: the commands on their way, and the calls that are open until history answers them.</summary>
internal sealed class WorkflowCommands(Func<bool> mayIssue)
{
    private readonly Queue<Action> _followUps = new();
    private int _timerSequence;
    private int _activitySequence;

    public CommandLog Log { get; } = new();

    /// <summary>Whether the task that is worked on is in history already.</summary>
    public bool Replaying { get; set; }

    public Dictionary<string, TimerCall> Timers { get; } = [];

    public Dictionary<uint, LocalActivityCall> LocalActivities { get; } = [];

    private Dictionary<long, ActivityCall> Activities { get; } = [];

    private Dictionary<long, ChildCall> Children { get; } = [];

    private Dictionary<long, ExternalCall?> Signals { get; } = [];

    private Dictionary<long, ExternalCall?> Cancellations { get; } = [];

    /// <summary>How many commands were issued until now.</summary>
    public int Issued { get; private set; }

    public int NextTimer() => ++_timerSequence;

    /// <summary>Number of the next activity; local activities count too.</summary>
    public int NextActivity() => ++_activitySequence;

    /// <summary>Adds a command behind those issued before.</summary>
    public void Issue(PendingCommand command)
    {
        if (mayIssue())
        {
            Issued++;
            Log.Add(command);
        }
    }

    /// <summary>Has something done when the workflow has come to rest, still in the same task.</summary>
    public void FollowUp(Action action) => _followUps.Enqueue(action);

    public Action? NextFollowUp() => _followUps.TryDequeue(out var action) ? action : null;

    public void Track(ActivityCall call, HistoryEvent scheduled)
    {
        call.ScheduledEventId = scheduled.EventId;
        Activities[scheduled.EventId] = call;
    }

    /// <summary>What an open activity was scheduled with; null when none is open there.</summary>
    public ScheduleActivityTaskCommandAttributes? ActivityAt(long scheduledEventId) =>
        Activities.GetValueOrDefault(scheduledEventId)?.Attributes;

    public void Track(ChildCall call, HistoryEvent initiated)
    {
        call.InitiatedEventId = initiated.EventId;
        Children[initiated.EventId] = call;
    }

    public void TrackSignal(ExternalCall call, HistoryEvent initiated) => Signals[initiated.EventId] = call;

    public void TrackCancellation(ExternalCall call, HistoryEvent initiated) => Cancellations[initiated.EventId] = call;

    /// <summary>What the workflow is to be told of an event; null for events that answer nothing.</summary>
    /// <exception cref="WorkflowNondeterminismException">The event answers something that was never asked.</exception>
    public Action? Resolve(HistoryEvent e)
    {
        switch (e.EventType)
        {
            case EventType.TimerFired:
                var timerId = e.TimerFiredEventAttributes.TimerId;
                return Timers.TryGetValue(timerId, out var timer) ? timer.Fired() : null;

            case EventType.ActivityTaskCompleted:
                var completed = e.ActivityTaskCompletedEventAttributes;
                return Take(Activities, completed.ScheduledEventId, e)?.Completed(completed.Result);
            case EventType.ActivityTaskFailed:
                var failed = e.ActivityTaskFailedEventAttributes;
                return Take(Activities, failed.ScheduledEventId, e)
                    ?.Failed(failed.Failure, failed.RetryState, failed.StartedEventId, failed.Identity);
            case EventType.ActivityTaskTimedOut:
                var timedOut = e.ActivityTaskTimedOutEventAttributes;
                return Take(Activities, timedOut.ScheduledEventId, e)
                    ?.Failed(timedOut.Failure, timedOut.RetryState, timedOut.StartedEventId, string.Empty);
            case EventType.ActivityTaskCanceled:
                var canceled = e.ActivityTaskCanceledEventAttributes;
                return Take(Activities, canceled.ScheduledEventId, e)
                    ?.Failed(
                        new()
                        {
                            Message = "Activity cancelled",
                            CanceledFailureInfo = new() { Details = canceled.Details },
                        },
                        RetryState.CancelRequested,
                        canceled.StartedEventId,
                        canceled.Identity
                    );

            case EventType.SignalExternalWorkflowExecutionFailed:
                return Take(Signals, e.SignalExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId, e)
                    ?.Failed("Unable to signal external workflow because it was not found");
            case EventType.ExternalWorkflowExecutionSignaled:
                return Take(Signals, e.ExternalWorkflowExecutionSignaledEventAttributes.InitiatedEventId, e)?.Delivered();
            case EventType.RequestCancelExternalWorkflowExecutionFailed:
                return Take(Cancellations, e.RequestCancelExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId, e)
                    ?.Failed("Unable to cancel external workflow because not found");
            case EventType.ExternalWorkflowExecutionCancelRequested:
                return Take(Cancellations, e.ExternalWorkflowExecutionCancelRequestedEventAttributes.InitiatedEventId, e)?.Delivered();

            default:
                return ResolveChild(e);
        }
    }

    /// <summary>Ties a command event to its command, and remembers requests to cancel children, which nobody waits for.</summary>
    public void Match(HistoryEvent e, bool compareIds)
    {
        if (e.EventType == EventType.RequestCancelExternalWorkflowExecutionInitiated)
        {
            Cancellations[e.EventId] = null;
        }

        Log.Match(e, compareIds);
    }

    /// <summary>A command with its attributes set by the caller.</summary>
    public static Command Of(CommandType type, Action<Command> set)
    {
        var command = new Command { CommandType = type };
        set(command);
        return command;
    }

    private static TCall? Take<TCall>(Dictionary<long, TCall> calls, long askedBy, HistoryEvent e) =>
        calls.Remove(askedBy, out var call)
            ? call
            : throw new WorkflowNondeterminismException(
                $"[TMPRL1100] Nondeterminism error: Event {e.EventId}: history has {e.EventType} for event {askedBy}, the workflow "
                    + "code has nothing open there."
            );

    private Action? ResolveChild(HistoryEvent e)
    {
        switch (e.EventType)
        {
            case EventType.StartChildWorkflowExecutionFailed:
                var notStarted = e.StartChildWorkflowExecutionFailedEventAttributes;
                return Take(Children, notStarted.InitiatedEventId, e)?.StartFailed(notStarted.Cause);
            case EventType.ChildWorkflowExecutionStarted:
                var started = e.ChildWorkflowExecutionStartedEventAttributes;
                return Children.TryGetValue(started.InitiatedEventId, out var child)
                    ? child.Started(started.WorkflowExecution.RunId)
                    : throw new WorkflowNondeterminismException(
                        $"[TMPRL1100] Nondeterminism error: Event {e.EventId}: history has {e.EventType} for event "
                            + $"{started.InitiatedEventId}, the "
                            + "workflow code started no child there."
                    );
            case EventType.ChildWorkflowExecutionCompleted:
                var completed = e.ChildWorkflowExecutionCompletedEventAttributes;
                return Take(Children, completed.InitiatedEventId, e)?.Completed(completed.Result);
            case EventType.ChildWorkflowExecutionFailed:
                var failed = e.ChildWorkflowExecutionFailedEventAttributes;
                return Take(Children, failed.InitiatedEventId, e)?.Failed(failed.Failure, failed.RetryState, failed.StartedEventId);
            case EventType.ChildWorkflowExecutionCanceled:
                var canceled = e.ChildWorkflowExecutionCanceledEventAttributes;
                return Take(Children, canceled.InitiatedEventId, e)
                    ?.Failed(
                        new()
                        {
                            Message = "Child workflow cancelled",
                            CanceledFailureInfo = new() { Details = canceled.Details },
                        },
                        RetryState.NonRetryableFailure,
                        canceled.StartedEventId
                    );
            case EventType.ChildWorkflowExecutionTimedOut:
                var timedOut = e.ChildWorkflowExecutionTimedOutEventAttributes;
                return Take(Children, timedOut.InitiatedEventId, e)
                    ?.Failed(
                        new()
                        {
                            Message = "Child workflow timed out",
                            TimeoutFailureInfo = new() { TimeoutType = TimeoutType.StartToClose },
                        },
                        timedOut.RetryState,
                        timedOut.StartedEventId
                    );
            case EventType.ChildWorkflowExecutionTerminated:
                var terminated = e.ChildWorkflowExecutionTerminatedEventAttributes;
                return Take(Children, terminated.InitiatedEventId, e)
                    ?.Failed(
                        new() { Message = "Child workflow terminated", TerminatedFailureInfo = new() },
                        RetryState.NonRetryableFailure,
                        terminated.StartedEventId
                    );
            default:
                return null;
        }
    }
}
