namespace Orchestrator.Client;

/// <summary>Deletes the histories of ended runs. All deletions are idempotent.</summary>
/// <param name="client">Client of the embedded engine. The orchestrator does not own the histories on other servers.</param>
public sealed class RunHistoryCleanup(ITemporalClient client)
{
    private const string Leases = "WorkflowType = 'LeaseWorkflow' AND ExecutionStatus != 'Running'";

    /// <summary>
    /// Time after which a closed execution of the lease workflow is deleted. By then, all pending calls to the execution have been
    /// answered.
    /// </summary>
    private static readonly TimeSpan LeasesKept = TimeSpan.FromMinutes(1);

    /// <summary>Deletes the histories of a run and its tasks.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="cancellation">Checked between deletions.</param>
    /// <returns>True if the histories were deleted. False if the run or one of its tasks is open, so that nothing was deleted.</returns>
    public async Task<bool> DeleteHistoriesAsync(string runId, CancellationToken cancellation = default)
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

        // The run itself is deleted last, so that it can still be found if the process is killed before that.
        foreach (var execution in found.OrderBy(execution => execution.Id == runId))
        {
            await DeleteAsync(execution, cancellation);
        }
        return true;
    }

    /// <summary>Deletes closed executions of the lease workflow. Each run leaves one such execution.</summary>
    /// <param name="now">The current time, in UTC.</param>
    /// <param name="cancellation">Checked between deletions.</param>
    public async Task DeleteLeaseHistoriesAsync(DateTimeOffset now, CancellationToken cancellation = default)
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
