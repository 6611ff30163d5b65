using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.History;

/// <summary>A run that has closed, told after its commit.</summary>
/// <param name="FirstRunId">First run of the chain (retries, cron, continue-as-new).</param>
/// <param name="NewRunId">The run that goes on in its place; empty when the chain has ended.</param>
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
/// What other parts of the server (schedules, batches) do to workflows: the same as the RPCs, in process. Tasks end when the change is
/// durable; failures are the RPCs'.
/// </summary>
internal interface IWorkflowOperations
{
    /// <summary>
    /// Called after the commit that closed a run, on the thread pool. Not repeated after a crash: compare with the state at start-up.
    /// </summary>
    event Action<ClosedRun>? RunClosed;

    Task<StartWorkflowExecutionResponse> StartAsync(StartWorkflowExecutionRequest request);

    Task<SignalWorkflowExecutionResponse> SignalAsync(SignalWorkflowExecutionRequest request);

    Task RequestCancelAsync(RequestCancelWorkflowExecutionRequest request);

    Task TerminateAsync(TerminateWorkflowExecutionRequest request);

    /// <summary>Resets a run.</summary>
    /// <param name="request">As clients send it.</param>
    /// <param name="once">True if a repeated request id is answered with the run that it made before.</param>
    Task<ResetWorkflowExecutionResponse> ResetAsync(ResetWorkflowExecutionRequest request, bool once = false);

    /// <summary>Removes a run and its history; a running one is terminated first.</summary>
    Task DeleteAsync(DeleteWorkflowExecutionRequest request);

    Task<DescribeWorkflowExecutionResponse> DescribeAsync(DescribeWorkflowExecutionRequest request);

    /// <summary>Event id of the last (or first) workflow task that a run completed; null when it completed none.</summary>
    Task<long?> FindCompletedWorkflowTaskAsync(string namespaceName, WorkflowExecution execution, bool last);

    Task<UpdateWorkflowExecutionOptionsResponse> UpdateOptionsAsync(UpdateWorkflowExecutionOptionsRequest request);
}
