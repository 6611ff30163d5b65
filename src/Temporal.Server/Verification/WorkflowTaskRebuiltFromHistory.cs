using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.Verification;

/// <summary>The workflow task that is open at the end of a history.</summary>
/// <param name="Scheduled">Scheduled event id.</param>
/// <param name="Started">Started event id, or 0 while the task is not started.</param>
/// <param name="Attempt">Attempt according to the scheduled event.</param>
/// <param name="RequestId">Request id according to the started event.</param>
internal sealed record WorkflowTaskRebuiltFromHistory(long Scheduled, long Started, int Attempt, string RequestId)
{
    /// <summary>Returns the workflow task that is open after the given event, or null for none.</summary>
    public static WorkflowTaskRebuiltFromHistory? After(WorkflowTaskRebuiltFromHistory? task, HistoryEvent e) =>
        e.EventType switch
        {
            EventType.WorkflowTaskScheduled => new WorkflowTaskRebuiltFromHistory(
                e.EventId,
                0,
                e.WorkflowTaskScheduledEventAttributes.Attempt,
                ""
            ),
            EventType.WorkflowTaskStarted => task is null
                ? null
                : task with
                {
                    Started = e.EventId,
                    RequestId = e.WorkflowTaskStartedEventAttributes.RequestId,
                },
            EventType.WorkflowTaskCompleted or EventType.WorkflowTaskFailed or EventType.WorkflowTaskTimedOut => null,
            _ => task,
        };
}
