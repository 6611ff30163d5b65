namespace Orchestrator.Client;

/// <summary>Lists the open workflows that belong to runs.</summary>
internal static class OpenWorkflows
{
    /// <summary>Visibility query for the open workflows of runs, tasks, planners, reviews and merge queues.</summary>
    private const string Query =
        $"ExecutionStatus = 'Running' AND (WorkflowType = '{RunClient.WorkflowType}' OR WorkflowType = 'TaskWorkflow' OR "
        + "WorkflowType = 'PlanningWorkflow' OR WorkflowType = 'ReviewWorkflow' OR WorkflowType = 'MergeTrainWorkflow')";

    /// <summary>Lists the open workflows, each with its current description.</summary>
    /// <param name="client">Client of the server that hosts the runs.</param>
    /// <param name="rpc">Options of the calls. Their token cancels the listing.</param>
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
