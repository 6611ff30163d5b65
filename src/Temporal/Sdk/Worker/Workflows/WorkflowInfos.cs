using Temporalio.Api.History.V1;
using Temporalio.Converters;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>What the start event says, for workflow code; and converters that know what they convert for.</summary>
internal static class WorkflowInfos
{
    public static WorkflowInfo Of(
        WorkflowExecutionStartedEventAttributes started,
        string ns,
        string runId,
        DateTime startTime,
        DateTime firstTaskTime,
        DataConverter converter
    )
    {
        return new(
            Attempt: Math.Max(1, started.Attempt),
            ContinuedRunId: NullIfEmpty(started.ContinuedExecutionRunId),
            CronSchedule: NullIfEmpty(started.CronSchedule),
            ExecutionTimeout: NullIfZero(started.WorkflowExecutionTimeout),
            FirstExecutionRunId: started.FirstExecutionRunId,
            Headers: started.Header?.Fields,
            LastFailure: started.ContinuedFailure is null
                ? null
                : converter.FailureConverter.ToException(started.ContinuedFailure, converter.PayloadConverter),
            LastResult: started.LastCompletionResult is null ? null : HandlerMethod.RawValues(started.LastCompletionResult.Payloads_),
            Namespace: ns,
            Parent: started.ParentWorkflowExecution is { WorkflowId.Length: > 0 } parent
                ? new(started.ParentWorkflowNamespace, parent.RunId, parent.WorkflowId)
                : null,
            Priority: Common.Priority.FromProto(started.Priority),
            RetryPolicy: Common.RetryPolicy.FromProto(started.RetryPolicy),
            Root: started.RootWorkflowExecution is { WorkflowId.Length: > 0 } root ? new(root.RunId, root.WorkflowId) : null,
            RunId: runId,
            RunTimeout: NullIfZero(started.WorkflowRunTimeout),
            StartTime: firstTaskTime,
            TaskQueue: started.TaskQueue?.Name ?? string.Empty,
            TaskTimeout: started.WorkflowTaskTimeout?.ToTimeSpan() ?? TimeSpan.FromSeconds(10),
            WorkflowId: started.WorkflowId,
            WorkflowStartTime: startTime,
            WorkflowType: started.WorkflowType.Name
        );
    }

    public static DataConverter ForWorkflow(this DataConverter converter, string ns, string workflowId) =>
        converter.WithSerializationContext(new ISerializationContext.Workflow(ns, workflowId));

    public static DataConverter ForActivity(
        this DataConverter converter,
        WorkflowInfo info,
        string activityId,
        string activityType,
        string taskQueue,
        bool isLocal
    ) =>
        converter.WithSerializationContext(
            new ISerializationContext.Activity(
                info.Namespace,
                activityId,
                info.WorkflowId,
                info.WorkflowType,
                activityType,
                taskQueue,
                isLocal
            )
        );

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static TimeSpan? NullIfZero(Google.Protobuf.WellKnownTypes.Duration? duration) =>
        duration?.ToTimeSpan() is { Ticks: > 0 } time ? time : null;
}
