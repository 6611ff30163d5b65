using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Messages;

/// <summary>Determines whether workflows are open.</summary>
public static class OpenWorkflowChecker
{
    /// <summary>Returns true if a workflow is open, or false if it is closed or unknown to the server.</summary>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public static async Task<bool> IsOpenAsync(WorkflowHandle workflow, RpcOptions? rpc = null)
    {
        try
        {
            return (await workflow.DescribeAsync(new WorkflowDescribeOptions { Rpc = rpc })).Status == WorkflowExecutionStatus.Running;
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            return false;
        }
    }
}
