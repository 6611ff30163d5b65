using Orchestrator.Messages;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Queries the workflows of a run's tasks for their reports.</summary>
internal static class TaskReportQueries
{
    /// <summary>
    /// Returns the report of a single task. Returns null if the task's workflow does not exist, or closed before any worker executed it.
    /// </summary>
    public static async Task<TaskReport?> ReadAsync(ITemporalClient client, ReadTaskInput input, CancellationToken stop)
    {
        var task = client.GetWorkflowHandle<ITaskWorkflow, TaskReport>(RunIds.ForTask(input.RunId, input.TaskId));
        try
        {
            // This worker may have to answer the query itself, so a worker that is stopping must not wait for the answer.
            var untilStopped = new RpcOptions { CancellationToken = stop };
            return await task.QueryAsync(w => w.Status(), new WorkflowQueryOptions { Rpc = untilStopped });
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            return null;
        }
        catch (RpcException refused) when (refused.Code == RpcException.StatusCode.FailedPrecondition)
        {
            // A workflow that closed before any worker executed it has no report, and will never answer a query.
            if (await OpenWorkflowChecker.IsOpenAsync(task))
            {
                throw;
            }
            return null;
        }
    }

    /// <summary>Returns the reports, by task id, of those tasks of a run whose workflows are open.</summary>
    public static async Task<IReadOnlyDictionary<string, TaskReport>> FindAsync(
        ITemporalClient client,
        string runId,
        CancellationToken stop
    )
    {
        var open = new Dictionary<string, TaskReport>(StringComparer.Ordinal);
        var untilStopped = new RpcOptions { CancellationToken = stop };
        await foreach (var task in client.ListWorkflowsAsync(RunIds.OpenChildrenQuery(runId)).WithCancellation(stop))
        {
            if (task.ParentId != runId || task.Id == RunIds.ForTrain(runId))
            {
                continue;
            }
            try
            {
                open[RunIds.TaskOf(runId, task.Id)] = await client
                    .GetWorkflowHandle<ITaskWorkflow, TaskReport>(task.Id, task.RunId)
                    .QueryAsync(w => w.Status(), new WorkflowQueryOptions { Rpc = untilStopped });
            }
            catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
            {
                // The workflow was deleted after it was listed.
            }
        }
        return open;
    }
}
