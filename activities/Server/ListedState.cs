using Orchestrator.Messages;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Whether a server lists runs by their state.</summary>
internal static class ListedState
{
    /// <summary>Asks with a query that names its attribute, which needs no more rights than to list: an unknown one is refused.</summary>
    public static async Task<bool> IsKnownAsync(ITemporalClient client, CancellationToken stop)
    {
        try
        {
            var options = new WorkflowCountOptions { Rpc = new RpcOptions { CancellationToken = stop } };
            await client.CountWorkflowsAsync(RunAttributes.QueryFor(RunStates.Completed), options);
            return true;
        }
        catch (RpcException unknown) when (unknown.Code == RpcException.StatusCode.InvalidArgument)
        {
            return false;
        }
    }
}
