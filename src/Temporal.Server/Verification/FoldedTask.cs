using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.Verification;

/// <summary>The workflow task that a history leaves open.</summary>
/// <param name="Scheduled">Its scheduled event.</param>
/// <param name="Started">Its started event; 0 while no worker has it.</param>
/// <param name="Attempt">As the scheduled event says.</param>
/// <param name="RequestId">As the started event says.</param>
internal sealed record FoldedTask(long Scheduled, long Started, int Attempt, string RequestId)
{
    /// <summary>The open task after one more event.</summary>
    public static FoldedTask? After(FoldedTask? task, HistoryEvent e) =>
        e.EventType switch
        {
            EventType.WorkflowTaskScheduled => new FoldedTask(e.EventId, 0, e.WorkflowTaskScheduledEventAttributes.Attempt, ""),
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
