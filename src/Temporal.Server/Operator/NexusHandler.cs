using Temporalio.Api.OperatorService.V1;

namespace Temporal.Server.Operator;

/// <summary>No Nexus operation is carried out here: an endpoint would keep its callers waiting for ever, so there are none.</summary>
internal sealed class NexusHandler : IServiceHandler
{
    /// <inheritdoc/>
    public void Register(RpcTable table)
    {
        table.Add((CreateNexusEndpointRequest _) => Refuse<CreateNexusEndpointResponse>());
        table.Add((UpdateNexusEndpointRequest _) => Refuse<UpdateNexusEndpointResponse>());
        table.Add((DeleteNexusEndpointRequest _) => Refuse<DeleteNexusEndpointResponse>());
        table.Add((GetNexusEndpointRequest _) => Refuse<GetNexusEndpointResponse>());
        table.Add((ListNexusEndpointsRequest _) => new ListNexusEndpointsResponse());
    }

    private static TResponse Refuse<TResponse>() =>
        throw RpcErrors.Unimplemented(
            "This server carries out no Nexus operations, so it has no endpoints: call the service by an activity."
        );
}
