using Orchestrator.Messages;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Asks the engine for the open workflows of a run's tasks, and them for their reports.</summary>
internal static class OpenTasks
{
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
                // It was deleted between the two questions.
            }
        }
        return open;
    }
}
