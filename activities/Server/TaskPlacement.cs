using Orchestrator.Messages;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Asks the task of an activity where it is placed.</summary>
internal static class TaskPlacement
{
    /// <summary>Whether it is placed on this host.</summary>
    /// <param name="here">The repository on this host.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public static async Task<bool> IsHereAsync(RepositoryReference here, CancellationToken stop)
    {
        var context = ActivityExecutionContext.Current;
        var task = context.TemporalClient.GetWorkflowHandle<ITaskWorkflow>(
            context.Info.WorkflowId ?? throw new InvalidOperationException("It is a step of a task.")
        );
        var rpc = new RpcOptions { CancellationToken = stop };
        return await WorkflowState.IsOpenAsync(task, rpc)
            && (await task.QueryAsync(known => known.Status(), new WorkflowQueryOptions { Rpc = rpc })).IsPlacedAt(here);
    }
}
