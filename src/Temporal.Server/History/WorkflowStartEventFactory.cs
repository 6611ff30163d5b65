using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.History;

/// <summary>Creates the first events of runs.</summary>
internal static class WorkflowStartEventFactory
{
    private static readonly TimeSpan DefaultTaskTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaximumTaskTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Effective workflow task timeout: 10 seconds by default, at most 2 minutes, and at most the run timeout.</summary>
    public static Duration TaskTimeout(Duration? asked, TimeSpan runTimeout)
    {
        var timeout = asked.IsPositive() ? asked.Span() : DefaultTaskTimeout;
        timeout = timeout > MaximumTaskTimeout ? MaximumTaskTimeout : timeout;
        return ProtoTime.MinPositive(timeout, runTimeout).AsDuration();
    }

    /// <summary>Attributes of the first event of a run that a client starts.</summary>
    public static WorkflowExecutionStartedEventAttributes First(StartWorkflowExecutionRequest r, string runId, DateTimeOffset now)
    {
        var runTimeout = ProtoTime.MinPositive(r.WorkflowRunTimeout.Span(), r.WorkflowExecutionTimeout.Span());
        var start = new WorkflowExecutionStartedEventAttributes
        {
            WorkflowType = r.WorkflowType,
            TaskQueue = new TaskQueue { Name = r.TaskQueue.Name, Kind = TaskQueueKind.Normal },
            Input = r.Input,
            WorkflowExecutionTimeout = r.WorkflowExecutionTimeout,
            WorkflowRunTimeout = runTimeout > TimeSpan.Zero ? runTimeout.AsDuration() : r.WorkflowRunTimeout,
            WorkflowTaskTimeout = TaskTimeout(r.WorkflowTaskTimeout, runTimeout),
            OriginalExecutionRunId = runId,
            FirstExecutionRunId = runId,
            Identity = r.Identity,
            RetryPolicy = r.RetryPolicy is null ? null : RetryPolicies.WithDefaults(r.RetryPolicy),
            Attempt = 1,
            CronSchedule = r.CronSchedule,
            Memo = r.Memo.WithoutNulls(),
            SearchAttributes = r.SearchAttributes.WithoutNulls(),
            Header = r.Header,
            WorkflowId = r.WorkflowId,
            ContinuedFailure = r.ContinuedFailure,
            LastCompletionResult = r.LastCompletionResult,
            Priority = r.Priority,
            VersioningOverride = r.VersioningOverride,
            FirstWorkflowTaskBackoff = r.WorkflowStartDelay.Span().AsDuration(),
        };
        start.CompletionCallbacks.AddRange(r.CompletionCallbacks);
        if (r.CronSchedule.Length > 0)
        {
            start.Initiator = ContinueAsNewInitiator.CronSchedule;
            start.FirstWorkflowTaskBackoff = ((CronSchedule.TryParse(r.CronSchedule)!.Next(now, now) ?? now) - now).AsDuration();
        }

        start.EagerExecutionAccepted = r.RequestEagerExecution && !start.FirstWorkflowTaskBackoff.IsPositive();
        if (r.WorkflowExecutionTimeout.IsPositive())
        {
            start.WorkflowExecutionExpirationTime = (
                now + r.WorkflowExecutionTimeout.Span() + start.FirstWorkflowTaskBackoff.Span()
            ).Stamp();
        }

        return start;
    }
}
