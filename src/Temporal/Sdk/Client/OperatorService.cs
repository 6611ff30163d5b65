using Google.Protobuf;
using Temporalio.Api.OperatorService.V1;

namespace Temporalio.Client;

/// <summary>All calls of the operator service, as they are on the wire. A call is not retried unless its options say so.</summary>
public abstract class OperatorService : RpcService
{
    /// <summary>Calls <c>AddOrUpdateRemoteCluster</c>.</summary>
    public virtual Task<AddOrUpdateRemoteClusterResponse> AddOrUpdateRemoteClusterAsync(AddOrUpdateRemoteClusterRequest req, RpcOptions? options = null) => InvokeRpcAsync("AddOrUpdateRemoteCluster", req, AddOrUpdateRemoteClusterResponse.Parser, options);

    /// <summary>Calls <c>AddSearchAttributes</c>.</summary>
    public virtual Task<AddSearchAttributesResponse> AddSearchAttributesAsync(AddSearchAttributesRequest req, RpcOptions? options = null) => InvokeRpcAsync("AddSearchAttributes", req, AddSearchAttributesResponse.Parser, options);

    /// <summary>Calls <c>CreateNexusEndpoint</c>.</summary>
    public virtual Task<CreateNexusEndpointResponse> CreateNexusEndpointAsync(CreateNexusEndpointRequest req, RpcOptions? options = null) => InvokeRpcAsync("CreateNexusEndpoint", req, CreateNexusEndpointResponse.Parser, options);

    /// <summary>Calls <c>DeleteNamespace</c>.</summary>
    public virtual Task<DeleteNamespaceResponse> DeleteNamespaceAsync(DeleteNamespaceRequest req, RpcOptions? options = null) => InvokeRpcAsync("DeleteNamespace", req, DeleteNamespaceResponse.Parser, options);

    /// <summary>Calls <c>DeleteNexusEndpoint</c>.</summary>
    public virtual Task<DeleteNexusEndpointResponse> DeleteNexusEndpointAsync(DeleteNexusEndpointRequest req, RpcOptions? options = null) => InvokeRpcAsync("DeleteNexusEndpoint", req, DeleteNexusEndpointResponse.Parser, options);

    /// <summary>Calls <c>GetNexusEndpoint</c>.</summary>
    public virtual Task<GetNexusEndpointResponse> GetNexusEndpointAsync(GetNexusEndpointRequest req, RpcOptions? options = null) => InvokeRpcAsync("GetNexusEndpoint", req, GetNexusEndpointResponse.Parser, options);

    /// <summary>Calls <c>ListClusters</c>.</summary>
    public virtual Task<ListClustersResponse> ListClustersAsync(ListClustersRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListClusters", req, ListClustersResponse.Parser, options);

    /// <summary>Calls <c>ListNexusEndpoints</c>.</summary>
    public virtual Task<ListNexusEndpointsResponse> ListNexusEndpointsAsync(ListNexusEndpointsRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListNexusEndpoints", req, ListNexusEndpointsResponse.Parser, options);

    /// <summary>Calls <c>ListSearchAttributes</c>.</summary>
    public virtual Task<ListSearchAttributesResponse> ListSearchAttributesAsync(ListSearchAttributesRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListSearchAttributes", req, ListSearchAttributesResponse.Parser, options);

    /// <summary>Calls <c>RemoveRemoteCluster</c>.</summary>
    public virtual Task<RemoveRemoteClusterResponse> RemoveRemoteClusterAsync(RemoveRemoteClusterRequest req, RpcOptions? options = null) => InvokeRpcAsync("RemoveRemoteCluster", req, RemoveRemoteClusterResponse.Parser, options);

    /// <summary>Calls <c>RemoveSearchAttributes</c>.</summary>
    public virtual Task<RemoveSearchAttributesResponse> RemoveSearchAttributesAsync(RemoveSearchAttributesRequest req, RpcOptions? options = null) => InvokeRpcAsync("RemoveSearchAttributes", req, RemoveSearchAttributesResponse.Parser, options);

    /// <summary>Calls <c>UpdateNexusEndpoint</c>.</summary>
    public virtual Task<UpdateNexusEndpointResponse> UpdateNexusEndpointAsync(UpdateNexusEndpointRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateNexusEndpoint", req, UpdateNexusEndpointResponse.Parser, options);

    /// <summary>The service over a connection.</summary>
    public sealed class Core : OperatorService
    {
        private readonly TemporalConnection _connection;

        /// <summary>Over a connection.</summary>
        public Core(TemporalConnection connection) => _connection = connection;

        /// <inheritdoc />
        protected override Task<T> InvokeRpcAsync<T>(string rpc, IMessage req, MessageParser<T> resp, RpcOptions? options = null) =>
            _connection.InvokeRpcAsync("temporal.api.operatorservice.v1.OperatorService", rpc, req, resp, options);
    }
}
