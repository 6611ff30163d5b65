using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Messages;

/// <summary>Checks whether a server knows the search attributes of runs. To set one that it does not know would fail each task of the
/// workflow.</summary>
public static class KnownAttributes
{
    /// <summary>Asks with a query that names the attribute, which needs no more rights than to list: an unknown one is refused.</summary>
    /// <param name="client">A client of the server.</param>
    /// <param name="attribute">Name of the attribute.</param>
    /// <param name="stop">Gives up waiting.</param>
    public static async Task<bool> HasAsync(ITemporalClient client, string attribute, CancellationToken stop)
    {
        try
        {
            var options = new WorkflowCountOptions { Rpc = new RpcOptions { CancellationToken = stop } };
            await client.CountWorkflowsAsync($"{attribute} IS NULL", options);
            return true;
        }
        catch (RpcException unknown) when (unknown.Code == RpcException.StatusCode.InvalidArgument)
        {
            return false;
        }
    }

    /// <summary>The attributes of runs that the server does not know.</summary>
    /// <param name="client">A client of the server.</param>
    /// <param name="stop">Gives up waiting.</param>
    public static async Task<IReadOnlyList<string>> MissingAsync(ITemporalClient client, CancellationToken stop)
    {
        var missing = new List<string>();
        foreach (var attribute in RunAttributes.Types.Keys)
        {
            if (!await HasAsync(client, attribute, stop))
            {
                missing.Add(attribute);
            }
        }
        return missing;
    }
}
