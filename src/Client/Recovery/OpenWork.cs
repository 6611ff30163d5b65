namespace Orchestrator.Client;

/// <summary>The workflows that do the work of runs.</summary>
internal static class OpenWork
{
    /// <summary>Visibility query for the open ones: runs, tasks, planning, merge trains.</summary>
    private const string Query =
        $"ExecutionStatus = 'Running' AND (WorkflowType = '{RunClient.WorkflowType}' OR WorkflowType = 'TaskWorkflow' OR "
        + "WorkflowType = 'PlanningWorkflow' OR WorkflowType = 'ReviewWorkflow' OR WorkflowType = 'MergeTrainWorkflow')";

    /// <summary>The open ones, each with its present description.</summary>
    /// <param name="client">Client of the server that holds the runs.</param>
    /// <param name="rpc">RPC options; their token ends the search.</param>
    public static async IAsyncEnumerable<(WorkflowExecution Execution, DescribeWorkflowExecutionResponse Description)> DescribeAsync(
        ITemporalClient client,
        RpcOptions rpc
    )
    {
        await foreach (var execution in client.ListWorkflowsAsync(Query).WithCancellation(rpc.CancellationToken ?? CancellationToken.None))
        {
            var describe = new DescribeWorkflowExecutionRequest
            {
                Namespace = client.Options.Namespace,
                Execution = new Temporalio.Api.Common.V1.WorkflowExecution { WorkflowId = execution.Id, RunId = execution.RunId },
            };
            yield return (execution, await client.WorkflowService.DescribeWorkflowExecutionAsync(describe, rpc));
        }
    }
}
