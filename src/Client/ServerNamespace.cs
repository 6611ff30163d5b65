namespace Orchestrator.Client;

/// <summary>Checks that the Temporal namespace of a client exists on its server.</summary>
public static class ServerNamespace
{
    /// <summary>
    /// True if the namespace exists on the server. Also true if the caller lacks permission to describe the namespace, because such a
    /// caller may still be able to start runs.
    /// </summary>
    /// <param name="client">Client that is connected to the namespace.</param>
    /// <param name="stop">Cancels the request.</param>
    /// <exception cref="RpcException">The server can't be reached.</exception>
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
