using Temporalio.Api.Common.V1;
using Temporalio.Converters;

namespace Temporalio.Workflows;

/// <summary>What does not change during a run.</summary>
/// <param name="Attempt">Number of the run by the workflow's retry policy, from 1.</param>
/// <param name="ContinuedRunId">Run that this one continues, by continue-as-new, retry or cron.</param>
/// <param name="CronSchedule">Cron expression.</param>
/// <param name="ExecutionTimeout">Longest time for the chain of runs.</param>
/// <param name="FirstExecutionRunId">First run of the chain.</param>
/// <param name="Headers">Headers of the start.</param>
/// <param name="LastFailure">Failure of the run before, if it failed.</param>
/// <param name="LastResult">Result of the last run that completed, for cron and retries.</param>
/// <param name="Namespace">Namespace.</param>
/// <param name="Parent">Parent workflow.</param>
/// <param name="Priority">Priority.</param>
/// <param name="RetryPolicy">Retries of the workflow.</param>
/// <param name="Root">First ancestor; null for a workflow without parent.</param>
/// <param name="RunId">Run id.</param>
/// <param name="RunTimeout">Longest time for this run.</param>
/// <param name="StartTime">Start of the first workflow task.</param>
/// <param name="TaskQueue">Task queue.</param>
/// <param name="TaskTimeout">Longest time for one workflow task.</param>
/// <param name="WorkflowId">Workflow id.</param>
/// <param name="WorkflowStartTime">When the server made the run.</param>
/// <param name="WorkflowType">Workflow type.</param>
public record WorkflowInfo(
    int Attempt,
    string? ContinuedRunId,
    string? CronSchedule,
    TimeSpan? ExecutionTimeout,
    string FirstExecutionRunId,
    IReadOnlyDictionary<string, Payload>? Headers,
    Exception? LastFailure,
    IReadOnlyCollection<IRawValue>? LastResult,
    string Namespace,
    WorkflowInfo.ParentInfo? Parent,
    Common.Priority Priority,
    Common.RetryPolicy? RetryPolicy,
    WorkflowInfo.RootInfo? Root,
    string RunId,
    TimeSpan? RunTimeout,
    DateTime StartTime,
    string TaskQueue,
    TimeSpan TaskTimeout,
    string WorkflowId,
    DateTime WorkflowStartTime,
    string WorkflowType
)
{
    /// <summary>The parent of a child workflow.</summary>
    /// <param name="Namespace">Namespace.</param>
    /// <param name="RunId">Run id.</param>
    /// <param name="WorkflowId">Workflow id.</param>
    public record ParentInfo(string Namespace, string RunId, string WorkflowId);

    /// <summary>The first ancestor of a child workflow.</summary>
    /// <param name="RunId">Run id.</param>
    /// <param name="WorkflowId">Workflow id.</param>
    public record RootInfo(string RunId, string WorkflowId);
}

/// <summary>The update whose handler runs.</summary>
/// <param name="Id">Update id.</param>
/// <param name="Name">Update name.</param>
public record WorkflowUpdateInfo(string Id, string Name);
