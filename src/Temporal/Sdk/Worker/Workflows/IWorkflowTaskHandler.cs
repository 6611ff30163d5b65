using Temporalio.Api.WorkflowService.V1;

namespace Temporalio.Worker.Workflows;

/// <summary>Fetches one more page of a run's history for a workflow task.</summary>
/// <param name="workflowId">Workflow id.</param>
/// <param name="runId">Run id.</param>
/// <param name="nextPageToken">Token of the page before; empty asks for the first page, from event 1.</param>
/// <param name="cancellationToken">Ends the call.</param>
internal delegate Task<GetWorkflowExecutionHistoryResponse> HistoryPageFetcher(
    string workflowId,
    string runId,
    Google.Protobuf.ByteString nextPageToken,
    CancellationToken cancellationToken
);

/// <summary>
/// Turns workflow tasks into what the worker must answer. All that is known about workflow code, history and the workflow cache is behind
/// it; polling, sending and retrying are not.
/// </summary>
internal interface IWorkflowTaskHandler
{
    /// <summary>Number of runs in the cache now.</summary>
    int CachedRuns { get; }

    /// <summary>
    /// Works on one task until there is something to answer. Never throws for a fault of workflow code or of the history (that is a failed
    /// reply); throws <see cref="OperationCanceledException"/> when cancelled: then nothing must be answered. What else it throws (by
    /// <paramref name="fetchPage"/>, or a codec that cannot encode) fails the task while the server can be reached. Tasks of the same run
    /// are worked on one after the other, others in parallel.
    /// </summary>
    Task<WorkflowTaskReply> HandleAsync(
        PollWorkflowTaskQueueResponse task,
        HistoryPageFetcher fetchPage,
        CancellationToken cancellationToken
    );

    /// <summary>Must be called once after the server accepted a reply of kind completed.</summary>
    /// <returns>The next task of the same run when the server handed one back: handle it at once, in the same slot.</returns>
    PollWorkflowTaskQueueResponse? Accepted(WorkflowTaskReply reply, RespondWorkflowTaskCompletedResponse response);

    /// <summary>
    /// Must be called once when a reply could not be delivered or was refused: the run's state is no longer the server's, it is dropped
    /// from the cache.
    /// </summary>
    void Refused(WorkflowTaskReply reply);

    /// <summary>Drops all cached runs and cancels their local activities. Nothing is thrown into workflow code.</summary>
    void EvictAll();
}

/// <summary>
/// What a workflow task is to be answered with: exactly one of the three requests is set. All fields, identity and namespace included, are
/// filled in.
/// </summary>
/// <param name="WorkflowId">Workflow id of the task.</param>
/// <param name="RunId">Run id of the task.</param>
internal sealed record WorkflowTaskReply(string WorkflowId, string RunId)
{
    /// <summary>The task is completed, or kept alive for a local activity (<c>ForceCreateNewWorkflowTask</c>).</summary>
    public RespondWorkflowTaskCompletedRequest? Completed { get; init; }

    /// <summary>
    /// The task failed; on an attempt above the first, one sends it all the same (the server keeps only the first in history).
    /// </summary>
    public RespondWorkflowTaskFailedRequest? Failed { get; init; }

    /// <summary>Answer to a task that is only a query.</summary>
    public RespondQueryTaskCompletedRequest? Query { get; init; }

    /// <summary>State that the reply was made from; what the server says of the reply concerns this state alone.</summary>
    public object? Origin { get; init; }

    /// <summary>When the run was started; set with <see cref="Completed" />.</summary>
    public DateTime? WorkflowStartTime { get; init; }

    /// <summary>Why the task failed; for logs. Null unless <see cref="Failed"/> is set.</summary>
    public Exception? FailureException { get; init; }
}
