using Google.Protobuf;
using Temporal.Server.Common;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>How a run begins, what time does to it, and how it ends.</summary>
internal sealed partial class MutableState
{
    /// <summary>The first event of a new run.</summary>
    public void Begin(
        WorkflowExecutionStartedEventAttributes start,
        Temporalio.Api.Sdk.V1.UserMetadata? metadata,
        IEnumerable<Link> links,
        string createRequestId
    )
    {
        Changes.Created = true;
        Changes.Visible = true;
        var e = NewEvent(EventType.WorkflowExecutionStarted);
        e.WorkflowExecutionStartedEventAttributes = start;
        e.UserMetadata = metadata;
        e.Links.AddRange(links);
        Record.CreateRequestId = createRequestId;
        Record.OriginalStartTime = e.EventTime;
        if (createRequestId.Length > 0)
        {
            Record.RequestIds[createRequestId] = new Temporalio.Api.Workflow.V1.RequestIdInfo
            {
                EventType = EventType.WorkflowExecutionStarted,
                EventId = 1,
            };
        }

        Add(e);
        if (start.FirstWorkflowTaskBackoff.IsPositive())
        {
            Record.FirstTaskDue = (e.EventTime.Time() + start.FirstWorkflowTaskBackoff.Span()).Stamp();
        }
    }

    /// <summary>When time alone changes the run next; null for never.</summary>
    public DateTimeOffset? NextDue()
    {
        if (!IsOpen)
        {
            return null;
        }

        var due = Expiration;
        if (Record.FirstTaskDue is { } first)
        {
            due = ProtoTime.Earlier(due, first.Time());
        }

        if (Task is { } task)
        {
            due = ProtoTime.Earlier(due, TaskDue(task));
        }

        foreach (var timer in Timers.Values)
        {
            due = ProtoTime.Earlier(due, timer.Due);
        }

        var asleep = _awake.Asleep;
        foreach (var activity in Activities.Values)
        {
            due = ProtoTime.Earlier(due, activity.Due(asleep));
        }

        return due;
    }

    /// <summary>True when a task of the run belongs in a queue: what a restarted server looks for.</summary>
    public bool WaitsInQueue() =>
        IsOpen && (Task is not null || Activities.Values.Any(a => !a.IsStarted && !a.Record.Paused && !a.Record.WaitsForRetry));

    /// <summary>Does what time has made due.</summary>
    public void Elapse()
    {
        var now = time.GetUtcNow();
        if (!IsOpen)
        {
            return;
        }

        if (Expiration is { } end && end <= now)
        {
            Changes.TimedOut = true;
            return;
        }

        if (Record.FirstTaskDue is { } first && first.Time() <= now)
        {
            Record.FirstTaskDue = null;
            Changes.Touched = true;
            if (HasStartedTask && Task!.Speculative)
            {
                // A worker has the first task already, for an update that came before its time.
                WriteUnwritten(withIdentity: false);
            }

            EnsureWorkflowTask();
        }

        if (Task is { } task && TaskDue(task) is { } due && due <= now)
        {
            if (task.StartedEventId > 0)
            {
                TimeOutWorkflowTask(TimeoutType.StartToClose);
            }
            else
            {
                TimeOutWorkflowTask(TimeoutType.ScheduleToStart);
            }
        }

        foreach (var timer in Timers.Values.Where(t => t.Due <= now).OrderBy(t => t.Due).ThenBy(t => t.StartedEventId).ToList())
        {
            var e = NewEvent(EventType.TimerFired);
            e.TimerFiredEventAttributes = new TimerFiredEventAttributes { TimerId = timer.TimerId, StartedEventId = timer.StartedEventId };
            AddOrBuffer(e);
            EnsureWorkflowTask();
        }

        var asleep = _awake.Asleep;
        foreach (var activity in Activities.Values.Where(a => a.Due(asleep) <= now).OrderBy(a => a.Due(asleep)).ToList())
        {
            ElapseActivity(activity, now, asleep);
        }
    }

    /// <summary>Ends the run with its closing event. The caller says whether another run of the chain goes on.</summary>
    /// <param name="closesChildren">False where the children go on under another run.</param>
    public void Close(HistoryEvent closing, bool continues, bool closesChildren = true)
    {
        if (HasStartedTask)
        {
            FailWorkflowTask(WorkflowTaskFailedCause.ForceCloseCommand, null, "history-service", reschedule: false);
        }

        FlushBuffered();
        Add(closing);
        Record.FirstTaskDue = null;
        if (!continues && Start.ParentWorkflowExecution is { } parent)
        {
            Changes.Transfers.Add(
                new TransferTask
                {
                    Kind = TransferTask.Types.Kind.ChildClosed,
                    NamespaceId = NamespaceId,
                    WorkflowId = WorkflowId,
                    RunId = RunId,
                    EventId = Start.ParentInitiatedEventId,
                    TargetNamespaceId = Start.ParentWorkflowNamespaceId,
                    TargetWorkflowId = parent.WorkflowId,
                    TargetRunId = parent.RunId,
                    Event = closing.ToByteString(),
                }
            );
        }

        foreach (
            var child in Children.Values.Where(c =>
                closesChildren && c.RunId.Length > 0 && c.Initiated.ParentClosePolicy != ParentClosePolicy.Abandon
            )
        )
        {
            Changes.Transfers.Add(
                new TransferTask
                {
                    Kind = TransferTask.Types.Kind.CloseChild,
                    NamespaceId = NamespaceId,
                    WorkflowId = WorkflowId,
                    RunId = RunId,
                    TargetNamespaceId = child.Initiated.NamespaceId,
                    TargetWorkflowId = child.Initiated.WorkflowId,
                    TargetRunId = child.RunId,
                    ClosePolicy = child.Initiated.ParentClosePolicy,
                }
            );
        }
    }

    private DateTimeOffset? TaskDue(WorkflowTaskRecord task)
    {
        if (task.StartedEventId > 0)
        {
            _taskStartedAwake ??= _awake.At(task.StartedTime.Time());
            return _awake.Wall(_taskStartedAwake.Value + task.Timeout.Span());
        }

        if (task is { Speculative: true, Sticky: false })
        {
            return task.ScheduledTime.Time() + SpeculativeTimeout;
        }

        return task.Sticky && Record.StickyTimeout.IsPositive() ? task.ScheduledTime.Time() + Record.StickyTimeout.Span() : null;
    }

    private void ElapseActivity(PendingActivity activity, DateTimeOffset now, TimeSpan asleep)
    {
        if (
            activity is { IsStarted: false, Record.WaitsForRetry: false, Record.Paused: false }
            && activity.ScheduleToStart > TimeSpan.Zero
            && activity.ScheduledTime + activity.ScheduleToStart <= now
        )
        {
            TimeOutActivity(activity, TimeoutType.ScheduleToStart);
        }
        else if (activity.Expiration is { } end && end <= now)
        {
            TimeOutActivity(activity, TimeoutType.ScheduleToClose);
        }
        else if (activity.IsStarted)
        {
            TimeOutActivity(activity, activity.StartToCloseDue(asleep) <= now ? TimeoutType.StartToClose : TimeoutType.Heartbeat);
        }
        else if (activity.Record.WaitsForRetry)
        {
            activity.Record.WaitsForRetry = false;
            Touch(activity);
            DispatchActivity(activity);
        }
    }
}
