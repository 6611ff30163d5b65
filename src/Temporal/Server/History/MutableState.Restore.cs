using Temporal.Server.Common;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>Making a run from what is stored, and showing it to others.</summary>
internal sealed partial class MutableState
{
    /// <summary>Folds stored events.</summary>
    public void Replay(EventBatch batch)
    {
        Log.Append(batch);
        foreach (var e in HistoryLog.Decode(batch))
        {
            Apply(e);
            NextEventId = e.EventId + 1;
        }
    }

    public void RestoreActivity(long scheduledEventId, ActivityRecord record)
    {
        if (Activities.Remove(scheduledEventId, out var known))
        {
            Activities[scheduledEventId] = new PendingActivity(scheduledEventId, known.Scheduled, record, _awake)
            {
                HasRow = true,
                CancelRequestedEventId = known.CancelRequestedEventId,
            };
        }
    }

    public void RestoreBuffered(HistoryEvent e)
    {
        Buffered.Add(e);
        Apply(e);
    }

    /// <summary>The events of a reset run are copies: the run begins now, whatever the first of them says.</summary>
    public void BeginFromReset() => LastEventTime = time.GetUtcNow() is var now && now > LastEventTime ? now : LastEventTime;

    /// <summary>An activity that was pending at the point of reset begins again.</summary>
    public void RescheduleAfterReset(PendingActivity activity)
    {
        activity.Record.ScheduledTime = Now.Stamp();
        activity.Record.FirstScheduledTime = activity.Record.ScheduledTime;
        Touch(activity);
        DispatchActivity(activity);
    }

    public VisibilityRecord Visible() =>
        new()
        {
            NamespaceId = NamespaceId,
            WorkflowId = WorkflowId,
            RunId = RunId,
            WorkflowType = Start.WorkflowType.Name,
            TaskQueue = Start.TaskQueue.Name,
            Status = Status,
            StartTime = StartTime,
            ExecutionTime = ExecutionTime,
            CloseTime = CloseTime,
            HistoryLength = NextEventId - 1,
            HistorySizeBytes = Record.HistorySize,
            StateTransitionCount = Record.StateTransitions,
            Memo = Memo.Fields.Count > 0 ? Memo.Clone() : null,
            SearchAttributes = AllSearchAttributes(),
            ParentWorkflowId = Start.ParentWorkflowExecution?.WorkflowId,
            ParentRunId = Start.ParentWorkflowExecution?.RunId,
            RootWorkflowId = Root.WorkflowId,
            RootRunId = Root.RunId,
            FirstRunId = FirstRunId,
        };

    public ActivityQueuedTask Queued(PendingActivity activity) =>
        new(
            NamespaceId,
            WorkflowId,
            RunId,
            activity.ScheduledEventId,
            activity.Record.Stamp,
            activity.TaskQueue,
            activity.Scheduled.Priority?.PriorityKey is > 0 and var own ? own : Start.Priority?.PriorityKey ?? 0
        );

    public ClosedRun AsClosed(string newRunId) =>
        new(
            NamespaceId,
            WorkflowId,
            RunId,
            FirstRunId,
            newRunId,
            Status,
            CloseEvent?.WorkflowExecutionCompletedEventAttributes?.Result,
            CloseEvent?.WorkflowExecutionFailedEventAttributes?.Failure
        );

    public DateTimeOffset ExecutionTime => StartTime + Start.FirstWorkflowTaskBackoff.Span();

    public WorkflowExecution Execution => new() { WorkflowId = WorkflowId, RunId = RunId };

    public WorkflowExecution Root => Start.RootWorkflowExecution ?? Execution;

    /// <summary>The search attributes as clients see them: the run's own, and the build ids that worked on it.</summary>
    public SearchAttributes AllSearchAttributes()
    {
        var all = SearchAttributes.Clone();
        if (Record.BuildIds.Count > 0 && !all.IndexedFields.ContainsKey("BuildIds"))
        {
            all.IndexedFields["BuildIds"] = Keywords(Record.BuildIds)!;
        }

        Set(
            "BinaryChecksums",
            Record.ResetPoints.Any(p => p.RunId == RunId)
                ? Record.ResetPoints.Where(p => p.BinaryChecksum.Length > 0).Select(p => p.BinaryChecksum)
                : []
        );

        // Nothing of a closed run is paused, whatever became of its activities.
        Set(
            "TemporalPauseInfo",
            Activities
                .Values.Where(a => IsOpen && a.Record.Paused)
                .Select(a => "property:activityType=" + a.Scheduled.ActivityType.Name)
                .Distinct()
                .Order(StringComparer.Ordinal)
        );
        if (DeploymentName.Length > 0)
        {
            all.IndexedFields["TemporalWorkerDeployment"] = PayloadExtensions.Json(
                System.Text.Json.JsonSerializer.Serialize(DeploymentName),
                "Keyword"
            );
            all.IndexedFields["TemporalWorkerDeploymentVersion"] = PayloadExtensions.Json("\"\"", "Keyword");
            all.IndexedFields["TemporalWorkflowVersioningBehavior"] = PayloadExtensions.Json("\"\"", "Keyword");
        }

        return all;

        void Set(string name, IEnumerable<string> values)
        {
            if (Keywords(values) is { } payload)
            {
                all.IndexedFields[name] = payload;
            }
        }
    }

    private static Payload? Keywords(IEnumerable<string> values)
    {
        var list = values.ToList();
        return list.Count == 0
            ? null
            : PayloadExtensions.Json(
                "[" + string.Join(',', list.Select(v => System.Text.Json.JsonSerializer.Serialize(v))) + "]",
                "KeywordList"
            );
    }

    /// <summary>Notes that a request changed the run, so that the same request does it only once.</summary>
    public void RememberRequest(string requestId, EventType type, HistoryEvent e)
    {
        if (requestId.Length > 0)
        {
            Record.RequestIds[requestId] = new Temporalio.Api.Workflow.V1.RequestIdInfo
            {
                EventType = type,
                EventId = e.EventId,
                Buffered = e.EventId == 0,
            };
            Changes.Touched = true;
        }
    }
}
