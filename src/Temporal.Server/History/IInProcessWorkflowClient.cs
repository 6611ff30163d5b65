using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.History;

/// <summary>A closed run, as reported after the commit that closed it.</summary>
/// <param name="FirstRunId">Run id of the chain's first run (chains arise from retries, cron and continue-as-new).</param>
/// <param name="NewRunId">Run id of the successor; empty if the chain has ended.</param>
/// <param name="Result">Result of a completed run.</param>
/// <param name="Failure">Failure of a failed run.</param>
internal sealed record ClosedRun(
    string NamespaceId,
    string WorkflowId,
    string RunId,
    string FirstRunId,
    string NewRunId,
    WorkflowExecutionStatus Status,
    Payloads? Result,
    Temporalio.Api.Failure.V1.Failure? Failure
);

/// <summary>
/// In-process access to the workflow RPCs for other server components (schedules, batches). A returned task completes when the change is
/// durable. Failures are the same as those of the RPCs.
/// </summary>
internal interface IInProcessWorkflowClient
{
    /// <summary>
    /// Raised on the thread pool after the commit that closed a run. Not raised again after a crash, so subscribers must check the stored
    /// state at startup.
    /// </summary>
    event Action<ClosedRun>? RunClosed;

    Task<StartWorkflowExecutionResponse> StartAsync(StartWorkflowExecutionRequest request);

    Task<SignalWorkflowExecutionResponse> SignalAsync(SignalWorkflowExecutionRequest request);

    Task RequestCancelAsync(RequestCancelWorkflowExecutionRequest request);

    Task TerminateAsync(TerminateWorkflowExecutionRequest request);

    /// <summary>Resets a run.</summary>
    /// <param name="request">The request, in the same form as from clients.</param>
    /// <param name="once">True to answer a repeated request id with the run that it created before.</param>
    Task<ResetWorkflowExecutionResponse> ResetAsync(ResetWorkflowExecutionRequest request, bool once = false);

    /// <summary>Deletes a run and its history. If the run is still open, terminates it first.</summary>
    Task DeleteAsync(DeleteWorkflowExecutionRequest request);

    Task<DescribeWorkflowExecutionResponse> DescribeAsync(DescribeWorkflowExecutionRequest request);

    /// <summary>
    /// Finds the last, or the first, workflow task that a run completed. Returns the id of its completed event, or null if the run
    /// completed none.
    /// </summary>
    Task<long?> FindCompletedWorkflowTaskAsync(string namespaceName, WorkflowExecution execution, bool last);

    Task<UpdateWorkflowExecutionOptionsResponse> UpdateOptionsAsync(UpdateWorkflowExecutionOptionsRequest request);
}
