using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporal.Server.Visibility;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Summary = Temporalio.Api.Deployment.V1.WorkerDeploymentInfo.Types.WorkerDeploymentVersionSummary;

namespace Temporal.Server.Operator;

/// <summary>Shows worker deployments and changes to which of their versions tasks go.</summary>
internal sealed class DeploymentHandler(
    NamespaceRegistry namespaces,
    Deployments deployments,
    TaskQueues queues,
    VisibilityReader reader,
    TimeProvider time
) : IServiceHandler
{
    private const int DefaultPage = 100;

    /// <inheritdoc/>
    public void Register(RpcTable table)
    {
        table.Add((ListWorkerDeploymentsRequest request) => List(request));
        table.Add((DescribeWorkerDeploymentRequest request) => Describe(request));
        table.Add((DescribeWorkerDeploymentVersionRequest request) => DescribeVersion(request));
        table.AddAsync((SetWorkerDeploymentCurrentVersionRequest request) => SetCurrentAsync(request));
        table.AddAsync((SetWorkerDeploymentRampingVersionRequest request) => SetRampingAsync(request));
        table.AddAsync((UpdateWorkerDeploymentVersionMetadataRequest request) => UpdateMetadataAsync(request));
        table.AddAsync((DeleteWorkerDeploymentVersionRequest request) => DeleteVersionAsync(request));
        table.AddAsync((DeleteWorkerDeploymentRequest request) => DeleteAsync(request));
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

    private ListWorkerDeploymentsResponse.Types.WorkerDeploymentSummary Listed(NamespaceEntry ns, DeploymentRecord record)
    {
        var routing = record.Info.RoutingConfig;
        return new()
        {
            Name = record.Info.Name,
            CreateTime = record.Info.CreateTime,
            RoutingConfig = routing,
            LatestVersionSummary = record.Versions.Count == 0 ? null : Summarized(ns, record.Versions[^1]),
            CurrentVersionSummary = Find(record, routing.CurrentDeploymentVersion) is { } current ? Summarized(ns, current) : null,
            RampingVersionSummary = Find(record, routing.RampingDeploymentVersion) is { } ramping ? Summarized(ns, ramping) : null,
        };
    }

    private DescribeWorkerDeploymentResponse Describe(DescribeWorkerDeploymentRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        var record = deployments.Find(ns.Id, request.DeploymentName) ?? throw NoDeployment();
        record.Info.VersionSummaries.AddRange(record.Versions.Select(version => Summarized(ns, version)));
        return new DescribeWorkerDeploymentResponse { ConflictToken = TokenOf(record), WorkerDeploymentInfo = record.Info };
    }

    private DescribeWorkerDeploymentVersionResponse DescribeVersion(DescribeWorkerDeploymentVersionRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        var wanted = Wanted(request.DeploymentVersion, request.Version);
        var record = deployments.Find(ns.Id, wanted.DeploymentName);
        var version = (record is null ? null : Find(record, wanted)) ?? throw NoVersion();
        version.Status = StatusOf(ns, version);
        version.DrainageInfo = Drainage(version, version.Status);

        // Told with the deployment alone, as by the real server.
        version.FirstActivationTime = null;
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

    private async Task<SetWorkerDeploymentCurrentVersionResponse> SetCurrentAsync(SetWorkerDeploymentCurrentVersionRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        var response = new SetWorkerDeploymentCurrentVersionResponse();
        await ChangeAsync(
            ns,
            request.DeploymentName,
            request.ConflictToken,
            request.Identity,
            record =>
            {
                var routing = record.Info.RoutingConfig;
                var now = deployments.Now();
                var wanted = Named(record, request.BuildId, request.Version);
                response.PreviousVersion = BuildVersion.Dotted(routing.CurrentDeploymentVersion);
                response.PreviousDeploymentVersion = routing.CurrentDeploymentVersion;
                if (Equals(wanted?.DeploymentVersion, routing.CurrentDeploymentVersion))
                {
                    return;
                }

                Leave(record, routing.CurrentDeploymentVersion, now);
                if (wanted is not null && Equals(wanted.DeploymentVersion, routing.RampingDeploymentVersion))
                {
                    (routing.RampingDeploymentVersion, routing.RampingVersion, routing.RampingVersionPercentage) = (null, "", 0);
                    (wanted.RampingSinceTime, wanted.RampPercentage) = (null, 0);
                }

                routing.CurrentDeploymentVersion = wanted?.DeploymentVersion;
                routing.CurrentVersion = BuildVersion.Dotted(wanted?.DeploymentVersion);
                routing.CurrentVersionChangedTime = now;
                if (wanted is not null)
                {
                    Enter(wanted, WorkerDeploymentVersionStatus.Current, now);
                    wanted.CurrentSinceTime = now;
                }
            }
        );
        response.ConflictToken = TokenOf(deployments.Find(ns.Id, request.DeploymentName)!);
        return response;
    }

    private async Task<SetWorkerDeploymentRampingVersionResponse> SetRampingAsync(SetWorkerDeploymentRampingVersionRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        if (request.Percentage is < 0 or > 100)
        {
            throw RpcErrors.InvalidArgument("Percentage must be between 0 and 100 (inclusive)");
        }

        var response = new SetWorkerDeploymentRampingVersionResponse();
        await ChangeAsync(
            ns,
            request.DeploymentName,
            request.ConflictToken,
            request.Identity,
            record =>
            {
                var routing = record.Info.RoutingConfig;
                var now = deployments.Now();
                var wanted = Named(record, request.BuildId, request.Version);
                if (wanted is not null && Equals(wanted.DeploymentVersion, routing.CurrentDeploymentVersion))
                {
                    throw RpcErrors.FailedPrecondition($"Ramping version {wanted.Version} is already current");
                }

                response.PreviousVersion = routing.RampingVersion;
                response.PreviousDeploymentVersion = routing.RampingDeploymentVersion;
                response.PreviousPercentage = routing.RampingVersionPercentage;
                if (!Equals(wanted?.DeploymentVersion, routing.RampingDeploymentVersion))
                {
                    Leave(record, routing.RampingDeploymentVersion, now);
                    routing.RampingVersionChangedTime = now;
                }

                var none = wanted is null && request.Version != BuildVersion.Unversioned;
                routing.RampingDeploymentVersion = wanted?.DeploymentVersion;
                routing.RampingVersion = none ? "" : BuildVersion.Dotted(wanted?.DeploymentVersion);
                routing.RampingVersionPercentage = none ? 0 : request.Percentage;
                routing.RampingVersionPercentageChangedTime = now;
                if (wanted is not null)
                {
                    Enter(wanted, WorkerDeploymentVersionStatus.Ramping, now);
                    wanted.RampingSinceTime ??= now;
                    wanted.RampPercentage = request.Percentage;
                }
            }
        );
        response.ConflictToken = TokenOf(deployments.Find(ns.Id, request.DeploymentName)!);
        return response;
    }

    private async Task<UpdateWorkerDeploymentVersionMetadataResponse> UpdateMetadataAsync(
        UpdateWorkerDeploymentVersionMetadataRequest request
    )
    {
        var ns = namespaces.Resolve(request.Namespace);
        var wanted = Wanted(request.DeploymentVersion, request.Version);
        var response = new UpdateWorkerDeploymentVersionMetadataResponse();
        RequireVersion(ns, wanted);
        await deployments.ChangeAsync(
            ns.Id,
            wanted.DeploymentName,
            record =>
            {
                var version = Find(record, wanted) ?? throw NoVersion();
                version.Metadata ??= new VersionMetadata();
                foreach (var (key, value) in request.UpsertEntries)
                {
                    version.Metadata.Entries[key] = value;
                }

                foreach (var key in request.RemoveEntries)
                {
                    version.Metadata.Entries.Remove(key);
                }

                response.Metadata = version.Metadata;
            }
        );
        return response;
    }

    private async Task<DeleteWorkerDeploymentVersionResponse> DeleteVersionAsync(DeleteWorkerDeploymentVersionRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        var wanted = Wanted(request.DeploymentVersion, request.Version);
        var version = RequireVersion(ns, wanted);
        if (version.Status is WorkerDeploymentVersionStatus.Current or WorkerDeploymentVersionStatus.Ramping)
        {
            throw RpcErrors.FailedPrecondition("Version cannot be deleted since it is current or ramping.");
        }

        if (!request.SkipDrainage && StatusOf(ns, version) == WorkerDeploymentVersionStatus.Draining)
        {
            throw RpcErrors.FailedPrecondition("Version cannot be deleted since it is draining.");
        }

        if (HasPollers(ns, version))
        {
            throw RpcErrors.FailedPrecondition("Version cannot be deleted since it has active pollers.");
        }

        await deployments.ChangeAsync(
            ns.Id,
            wanted.DeploymentName,
            record =>
            {
                if (Find(record, wanted) is { } found)
                {
                    record.Versions.Remove(found);
                }
            }
        );
        return new DeleteWorkerDeploymentVersionResponse();
    }

    private async Task<DeleteWorkerDeploymentResponse> DeleteAsync(DeleteWorkerDeploymentRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        var record = deployments.Find(ns.Id, request.DeploymentName) ?? throw NoDeployment();
        if (record.Versions.Count > 0)
        {
            throw RpcErrors.FailedPrecondition("deployment has versions, can't be deleted");
        }

        await deployments.DeleteAsync(ns.Id, request.DeploymentName);
        return new DeleteWorkerDeploymentResponse();
    }

    private Task ChangeAsync(NamespaceEntry ns, string name, ByteString token, string identity, Action<DeploymentRecord> change)
    {
        if (deployments.Find(ns.Id, name) is null)
        {
            throw NoDeployment();
        }

        return deployments.ChangeAsync(
            ns.Id,
            name,
            record =>
            {
                if (!token.IsEmpty && token != TokenOf(record))
                {
                    throw RpcErrors.FailedPrecondition("conflict token mismatch");
                }

                change(record);
                record.Info.LastModifierIdentity = identity;
                record.Revision++;
            }
        );
    }

    private WorkerDeploymentVersionInfo RequireVersion(NamespaceEntry ns, WorkerDeploymentVersion wanted) =>
        (deployments.Find(ns.Id, wanted.DeploymentName) is { } record ? Find(record, wanted) : null) ?? throw NoVersion();

    private Summary Summarized(NamespaceEntry ns, WorkerDeploymentVersionInfo version)
    {
        var status = StatusOf(ns, version);
        return new()
        {
            Version = version.Version,
            DeploymentVersion = version.DeploymentVersion,
            CreateTime = version.CreateTime,
            Status = status,
            DrainageStatus = Drainage(version, status)?.Status ?? VersionDrainageStatus.Unspecified,
            DrainageInfo = Drainage(version, status) ?? version.DrainageInfo,
            CurrentSinceTime = version.CurrentSinceTime,
            RampingSinceTime = version.RampingSinceTime,
            RoutingUpdateTime = version.RoutingChangedTime,
            FirstActivationTime = version.FirstActivationTime,
            LastDeactivationTime = version.LastDeactivationTime,
            LastCurrentTime = version.LastCurrentTime,
        };
    }

    /// <summary>The progress of draining a version that gets no tasks by itself any more; null for others.</summary>
    private static VersionDrainageInfo? Drainage(WorkerDeploymentVersionInfo version, WorkerDeploymentVersionStatus status)
    {
        if (status is not (WorkerDeploymentVersionStatus.Draining or WorkerDeploymentVersionStatus.Drained))
        {
            return null;
        }

        var info = version.DrainageInfo.Clone();
        info.Status = status == WorkerDeploymentVersionStatus.Draining ? VersionDrainageStatus.Draining : VersionDrainageStatus.Drained;
        return info;
    }

    /// <summary>A version that no tasks go to by themselves any more drains as long as open runs are bound to it.</summary>
    private WorkerDeploymentVersionStatus StatusOf(NamespaceEntry ns, WorkerDeploymentVersionInfo version) =>
        version.Status != WorkerDeploymentVersionStatus.Draining ? version.Status
        : reader
            .List(
                ns,
                $"TemporalWorkerDeploymentVersion = '{BuildVersion.Of(version.DeploymentVersion)}' "
                    + "AND TemporalWorkflowVersioningBehavior = 'Pinned' AND CloseTime IS NULL",
                1,
                ByteString.Empty
            )
            .Rows.Count > 0
            ? WorkerDeploymentVersionStatus.Draining
        : WorkerDeploymentVersionStatus.Drained;

    private bool HasPollers(NamespaceEntry ns, WorkerDeploymentVersionInfo version)
    {
        var since = time.GetUtcNow() - TaskQueue.PollerShown;
        return version.TaskQueueInfos.Any(queue =>
            queues.Find(ns.Id, queue.Name, queue.Type == TaskQueueType.Activity) is { } found
            && found.Pollers(since).Any(poller => Equals(BuildVersion.From(poller.DeploymentOptions), version.DeploymentVersion))
        );
    }

    private static void Enter(WorkerDeploymentVersionInfo version, WorkerDeploymentVersionStatus status, Timestamp now)
    {
        version.Status = status;
        version.RoutingChangedTime = now;
        version.FirstActivationTime ??= now;
        version.DrainageInfo = new VersionDrainageInfo { LastChangedTime = now, LastCheckedTime = now };
    }

    private static void Leave(DeploymentRecord record, WorkerDeploymentVersion? left, Timestamp now)
    {
        if (Find(record, left) is { } version)
        {
            version.Status = WorkerDeploymentVersionStatus.Draining;
            version.RoutingChangedTime = now;
            version.LastDeactivationTime = now;
            version.LastCurrentTime = version.CurrentSinceTime is null ? version.LastCurrentTime : now;
            version.DrainageInfo = new VersionDrainageInfo { LastChangedTime = now, LastCheckedTime = now };
            (version.CurrentSinceTime, version.RampingSinceTime, version.RampPercentage) = (null, null, 0);
        }
    }

    private static WorkerDeploymentVersionInfo? Find(DeploymentRecord record, WorkerDeploymentVersion? version) =>
        version is null ? null : record.Versions.FirstOrDefault(known => known.DeploymentVersion.BuildId == version.BuildId);

    /// <summary>The version that a request names by its build, or in the form of older clients; null for none.</summary>
    private static WorkerDeploymentVersionInfo? Named(DeploymentRecord record, string buildId, string dotted)
    {
        var build =
            buildId.Length > 0 ? buildId
            : dotted is "" or BuildVersion.Unversioned ? ""
            : Wanted(null, dotted).BuildId;
        return build.Length == 0
            ? null
            : Find(record, new WorkerDeploymentVersion { BuildId = build }) ?? throw RpcErrors.NotFound("Version not found in deployment");
    }

    private static WorkerDeploymentVersion Wanted(WorkerDeploymentVersion? version, string dotted) =>
        version
        ?? BuildVersion.Parse(dotted)
        ?? throw RpcErrors.InvalidArgument($"invalid version string: {dotted}, expected format is \"<deployment_name>.<build_id>\"");

    private static ByteString TokenOf(DeploymentRecord record) => ByteString.CopyFrom(BitConverter.GetBytes(record.Revision));

    private static RpcException NoDeployment() => RpcErrors.NotFound("Worker Deployment not found");

    private static RpcException NoVersion() => RpcErrors.NotFound("Worker Deployment Version not found");
}
