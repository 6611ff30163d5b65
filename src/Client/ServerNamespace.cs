namespace Orchestrator.Client;

/// <summary>The namespace of a connection.</summary>
public static class ServerNamespace
{
    /// <summary>True if the server has it. A caller without permission to ask may still start runs, so a refusal counts as yes.</summary>
    /// <param name="client">The connection.</param>
    /// <exception cref="RpcException">The server can't be asked.</exception>
    public static async Task<bool> ExistsAsync(ITemporalClient client, CancellationToken stop)
    {
        try
        {
            await client.WorkflowService.DescribeNamespaceAsync(
                new DescribeNamespaceRequest { Namespace = client.Options.Namespace },
                new RpcOptions { CancellationToken = stop }
            );
            return true;
        }
        catch (RpcException refusal) when (refusal.Code is RpcException.StatusCode.NotFound or RpcException.StatusCode.PermissionDenied)
        {
            return refusal.Code == RpcException.StatusCode.PermissionDenied;
        }
    }
}
