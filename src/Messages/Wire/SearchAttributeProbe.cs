using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Messages;

/// <summary>
/// Determines which of the runs' search attributes are defined on a server. Setting an undefined attribute would fail each workflow task.
/// </summary>
public static class SearchAttributeProbe
{
    /// <summary>
    /// Checks for an attribute by using it in a query, which requires only the permission to list workflows. A server rejects queries with
    /// undefined attributes.
    /// </summary>
    /// <param name="client">A client of the server.</param>
    /// <param name="attribute">Name of the attribute.</param>
    /// <param name="stop">Cancels the check.</param>
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

    /// <summary>Returns the names of the runs' search attributes that are not defined on the server.</summary>
    /// <param name="client">A client of the server.</param>
    /// <param name="stop">Cancels the check.</param>
    public static async Task<IReadOnlyList<string>> MissingAsync(ITemporalClient client, CancellationToken stop)
    {
        var missing = new List<string>();
        foreach (var attribute in RunSearchAttributes.Types.Keys)
        {
            if (!await HasAsync(client, attribute, stop))
            {
                missing.Add(attribute);
            }
        }
        return missing;
    }
}
