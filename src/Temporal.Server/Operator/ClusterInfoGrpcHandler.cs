using Grpc.Health.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Operator;

/// <summary>RPCs that describe the server and its cluster.</summary>
/// <param name="address">Returns the server's address, for lists of clusters.</param>
internal sealed class ClusterInfoGrpcHandler(Func<string> address) : IServiceHandler
{
    /// <summary>Name of the only cluster, as in Temporal's development server.</summary>
    public const string ClusterName = "active";

    /// <summary>Release of the Temporal server whose behavior this server reproduces.</summary>
    public const string ServerVersion = "1.32.0";

    private readonly string _clusterId = Guid.NewGuid().ToString();

    /// <inheritdoc/>
    public void Register(GrpcMethodRegistry table)
    {
        table.Add((GetClusterInfoRequest _) => ClusterInfo());
        table.Add((GetSystemInfoRequest _) => SystemInfo());
        table.Add((ListClustersRequest _) => ListClusters());
        table.AddAsync<HealthCheckRequest, HealthCheckResponse>(
            GrpcMethodRegistry.Health,
            "Check",
            (_, request) => ValueTask.FromResult(Check(request))
        );
    }

    private GetClusterInfoResponse ClusterInfo() =>
        new()
        {
            SupportedClients =
            {
                ["Nexus-go-sdk"] = "<2.0.0",
                ["temporal-cli"] = "<2.0.0",
                ["temporal-go"] = "<2.0.0",
                ["temporal-java"] = "<2.0.0",
                ["temporal-php"] = "<2.0.0",
                ["temporal-server"] = "<2.0.0",
                ["temporal-typescript"] = "<2.0.0",
                ["temporal-ui"] = "<3.0.0",
            },
            ServerVersion = ServerVersion,
            ClusterId = _clusterId,
            ClusterName = ClusterName,
            HistoryShardCount = 1,
            PersistenceStore = "sqlite",
            VisibilityStore = "sqlite",
            InitialFailoverVersion = 1,
            FailoverVersionIncrement = 10,
        };

    private static GetSystemInfoResponse SystemInfo() =>
        new()
        {
            ServerVersion = ServerVersion,
            Capabilities = new GetSystemInfoResponse.Types.Capabilities
            {
                SignalAndQueryHeader = true,
                InternalErrorDifferentiation = true,
                ActivityFailureIncludeHeartbeat = true,
                SupportsSchedules = true,
                EncodedFailureAttributes = true,
                BuildIdBasedVersioning = true,
                UpsertMemo = true,
                EagerWorkflowStart = true,
                SdkMetadata = true,
                CountGroupByExecutionStatus = true,
            },
        };

    private ListClustersResponse ListClusters() =>
        new()
        {
            Clusters =
            {
                new ClusterMetadata
                {
                    ClusterName = ClusterName,
                    ClusterId = _clusterId,
                    Address = address(),
                    HttpAddress = address(),
                    InitialFailoverVersion = 1,
                    HistoryShardCount = 1,
                    IsConnectionEnabled = true,
                },
            },
        };

    private static HealthCheckResponse Check(HealthCheckRequest request) =>
        request.Service is "" or GrpcMethodRegistry.WorkflowService or GrpcMethodRegistry.OperatorService or GrpcMethodRegistry.TestService
            ? new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.Serving }
            : throw GrpcErrorFactory.Of(StatusCode.NotFound, "unknown service");
}
