using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Messages;

/// <summary>Determines whether a task is open and has its slot on this host.</summary>
public static class TaskOnThisHostChecker
{
    /// <summary>True if a task is open and has its slot on this host.</summary>
    /// <param name="task">Workflow of the task.</param>
    /// <param name="here">Repository on this host.</param>
    /// <param name="stop">Cancels the query.</param>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public static async Task<bool> IsHereAsync(WorkflowHandle<ITaskWorkflow> task, RepositoryReference here, CancellationToken stop)
    {
        var rpc = new RpcOptions { CancellationToken = stop };
        return await OpenWorkflowChecker.IsOpenAsync(task, rpc)
            && (await task.QueryAsync(known => known.Status(), new WorkflowQueryOptions { Rpc = rpc })).IsPlacedAt(here);
    }
}
