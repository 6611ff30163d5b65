using Google.Protobuf;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Summary = Temporalio.Api.Deployment.V1.WorkerDeploymentInfo.Types.WorkerDeploymentVersionSummary;

namespace Temporal.Server.Operator;

/// <summary>Lists and describes worker deployments and their versions.</summary>
internal sealed class DeploymentListGrpcHandler(
    NamespaceRegistry namespaces,
    WorkerDeploymentRegistry deployments,
    DeploymentDrainage drainage
) : IServiceHandler
{
    private const int DefaultPage = 100;

    /// <inheritdoc/>
    public void Register(GrpcMethodRegistry table)
    {
        table.Add((ListWorkerDeploymentsRequest request) => List(request));
        table.Add((DescribeWorkerDeploymentRequest request) => Describe(request));
        table.Add((DescribeWorkerDeploymentVersionRequest request) => DescribeVersion(request));
    }

    private ListWorkerDeploymentsResponse List(ListWorkerDeploymentsRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        var size = request.PageSize <= 0 ? DefaultPage : request.PageSize;
        var after = request.NextPageToken.ToStringUtf8();
        var page = deployments.In(ns.Id).Where(d => string.CompareOrdinal(d.Info.Name, after) > 0).Take(size + 1).ToList();
        return new ListWorkerDeploymentsResponse
        {
            WorkerDeployments = { page.Take(size).Select(d => Listed(ns, d)) },
            NextPageToken = page.Count > size ? ByteString.CopyFromUtf8(page[size - 1].Info.Name) : ByteString.Empty,
        };
    }

    private ListWorkerDeploymentsResponse.Types.WorkerDeploymentSummary Listed(TemporalNamespace ns, DeploymentRecord record)
    {
        var routing = record.Info.RoutingConfig;
        return new()
        {
            Name = record.Info.Name,
            CreateTime = record.Info.CreateTime,
            RoutingConfig = routing,
            LatestVersionSummary = record.Versions.Count == 0 ? null : Summarized(ns, record.Versions[^1]),
            CurrentVersionSummary = DeploymentVersionEditor.Find(record, routing.CurrentDeploymentVersion) is { } current
                ? Summarized(ns, current)
                : null,
            RampingVersionSummary = DeploymentVersionEditor.Find(record, routing.RampingDeploymentVersion) is { } ramping
                ? Summarized(ns, ramping)
                : null,
        };
    }

    private DescribeWorkerDeploymentResponse Describe(DescribeWorkerDeploymentRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        if (request.DeploymentName.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("WorkerDeploymentName cannot be empty");
        }

        var record = deployments.Find(ns.Id, request.DeploymentName) ?? throw DeploymentVersionEditor.NoDeployment(request.DeploymentName);

        // The current version first, the others in the order of their creation.
        var current = DeploymentVersionEditor.Find(record, record.Info.RoutingConfig.CurrentDeploymentVersion);
        record.Info.VersionSummaries.AddRange(
            record.Versions.OrderBy(version => ReferenceEquals(version, current) ? 0 : 1).Select(version => Summarized(ns, version))
        );
        return new DescribeWorkerDeploymentResponse
        {
            ConflictToken = DeploymentVersionEditor.TokenOf(record),
            WorkerDeploymentInfo = record.Info,
        };
    }

    private DescribeWorkerDeploymentVersionResponse DescribeVersion(DescribeWorkerDeploymentVersionRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        var wanted = DeploymentVersionEditor.RequestedVersion(request.DeploymentVersion, request.Version);
        var record = deployments.Find(ns.Id, wanted.DeploymentName);
        var version =
            (record is null ? null : DeploymentVersionEditor.Find(record, wanted))
            ?? throw GrpcErrorFactory.NotFound("Worker Deployment Version not found");
        version.Status = drainage.StatusOf(ns, version);
        version.DrainageInfo = DeploymentDrainage.ToDrainageInfo(version, version.Status);

        // Only the description of the deployment contains these times, as in the Temporal server.
        (version.FirstActivationTime, version.LastCurrentTime, version.LastDeactivationTime) = (null, null, null);
        var queues = version
            .TaskQueueInfos.OrderBy(queue => queue.Name, StringComparer.Ordinal)
            .ThenByDescending(queue => queue.Type)
            .ToList();
        version.TaskQueueInfos.Clear();
        version.TaskQueueInfos.AddRange(queues);
        return new DescribeWorkerDeploymentVersionResponse
        {
            WorkerDeploymentVersionInfo = version,
            VersionTaskQueues =
            {
                version.TaskQueueInfos.Select(queue => new DescribeWorkerDeploymentVersionResponse.Types.VersionTaskQueue
                {
                    Name = queue.Name,
                    Type = queue.Type,
                }),
            },
        };
    }

    private Summary Summarized(TemporalNamespace ns, WorkerDeploymentVersionInfo version)
    {
        var status = drainage.StatusOf(ns, version);
        var drains = DeploymentDrainage.ToDrainageInfo(version, status);
        return new()
        {
            Version = version.Version,
            DeploymentVersion = version.DeploymentVersion,
            CreateTime = version.CreateTime,
            Status = status,
            DrainageStatus = drains?.Status ?? VersionDrainageStatus.Unspecified,
            DrainageInfo = drains ?? version.DrainageInfo,
            CurrentSinceTime = version.CurrentSinceTime,
            RampingSinceTime = version.RampingSinceTime,
            RoutingUpdateTime = version.RoutingChangedTime,
            FirstActivationTime = version.FirstActivationTime,
            LastDeactivationTime = version.LastDeactivationTime,
            LastCurrentTime = version.LastCurrentTime,
        };
    }
}
