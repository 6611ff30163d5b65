namespace Orchestrator.Client;

/// <summary>Deletes histories of runs that have ended. Deleting twice is harmless.</summary>
/// <param name="client">Client of the embedded engine: on another server histories are not ours to delete.</param>
public sealed class RunHistories(ITemporalClient client)
{
    private const string Leases = "WorkflowType = 'LeaseWorkflow' AND ExecutionStatus != 'Running'";

    /// <summary>Pending calls to the workflow have their answers by then.</summary>
    private static readonly TimeSpan LeasesKept = TimeSpan.FromMinutes(1);

    /// <summary>Deletes a run and its tasks.</summary>
    /// <param name="cancellation">Checked between them.</param>
    /// <returns>False: the run or one of its tasks is open, and nothing was deleted.</returns>
    public async Task<bool> ForgetAsync(string runId, CancellationToken cancellation = default)
    {
        var found = new List<WorkflowExecution>();
        await foreach (var execution in client.ListWorkflowsAsync(RunIds.FamilyQuery(runId)).WithCancellation(cancellation))
        {
            found.Add(execution);
        }
        if (found.Exists(execution => execution.Status == WorkflowExecutionStatus.Running))
        {
            return false;
        }

        // The run itself last: if killed before that, it is still found.
        foreach (var execution in found.OrderBy(execution => execution.Id == runId))
        {
            await DeleteAsync(execution, cancellation);
        }
        return true;
    }

    /// <summary>Deletes earlier executions of the lease workflow: each run leaves one.</summary>
    /// <param name="now">The time, UTC.</param>
    /// <param name="cancellation">Checked between them.</param>
    public async Task ForgetLeasesAsync(DateTimeOffset now, CancellationToken cancellation = default)
    {
        await foreach (var execution in client.ListWorkflowsAsync(Leases).WithCancellation(cancellation))
        {
            if (execution.CloseTime is { } closed && now.UtcDateTime - closed > LeasesKept)
            {
                await DeleteAsync(execution, cancellation);
            }
        }
    }

    private async Task DeleteAsync(WorkflowExecution execution, CancellationToken cancellation) =>
        await client.WorkflowService.DeleteWorkflowExecutionAsync(
            new DeleteWorkflowExecutionRequest
            {
                Namespace = client.Options.Namespace,
                WorkflowExecution = new Temporalio.Api.Common.V1.WorkflowExecution { WorkflowId = execution.Id, RunId = execution.RunId },
            },
            new RpcOptions { Retry = true, CancellationToken = cancellation }
        );
}
