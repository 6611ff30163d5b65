using Google.Protobuf;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Operator;

/// <summary>Creates, changes and deletes worker deployments and their versions.</summary>
internal sealed class DeploymentChangeGrpcHandler(
    NamespaceRegistry namespaces,
    WorkerDeploymentRegistry deployments,
    DeploymentDrainage drainage,
    TaskQueueRegistry queues,
    TimeProvider time
) : IServiceHandler
{
    /// <inheritdoc/>
    public void Register(GrpcMethodRegistry table)
    {
        table.AddAsync((CreateWorkerDeploymentRequest request) => CreateAsync(request));
        table.AddAsync((CreateWorkerDeploymentVersionRequest request) => CreateVersionAsync(request));
        table.AddAsync((SetWorkerDeploymentManagerRequest request) => SetManagerAsync(request));
        table.AddAsync((UpdateWorkerDeploymentVersionMetadataRequest request) => UpdateMetadataAsync(request));
        table.AddAsync((DeleteWorkerDeploymentVersionRequest request) => DeleteVersionAsync(request));
        table.AddAsync((DeleteWorkerDeploymentRequest request) => DeleteAsync(request));
    }

    private async Task<CreateWorkerDeploymentResponse> CreateAsync(CreateWorkerDeploymentRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        RequireName(request.DeploymentName);
        var token = ByteString.Empty;
        await deployments.ChangeAsync(
            ns.Id,
            request.DeploymentName,
            record =>
            {
                if (record.Info.CreateTime is not null && !IsSame(record.CreateRequestId, request.RequestId))
                {
                    throw GrpcErrorFactory.Of(
                        StatusCode.AlreadyExists,
                        $"Worker Deployment with name \"{request.DeploymentName}\" already exists"
                    );
                }

                record.Info.CreateTime ??= deployments.Now();
                record.Info.LastModifierIdentity = request.Identity;
                record.CreateRequestId = request.RequestId;
                token = DeploymentVersionEditor.TokenOf(record);
            }
        );
        return new CreateWorkerDeploymentResponse { ConflictToken = token };
    }

    private async Task<CreateWorkerDeploymentVersionResponse> CreateVersionAsync(CreateWorkerDeploymentVersionRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        var wanted = DeploymentVersionEditor.RequestedVersion(request.DeploymentVersion, "");
        RequireName(wanted.DeploymentName);
        if (request.ComputeConfig is not null)
        {
            throw GrpcErrorFactory.Unimplemented(UnsupportedFeatureGrpcHandler.Compute);
        }

        RequireDeployment(ns, wanted.DeploymentName);
        await deployments.ChangeAsync(
            ns.Id,
            wanted.DeploymentName,
            record =>
            {
                if (DeploymentVersionEditor.Find(record, wanted) is { } known)
                {
                    if (IsSame(record.VersionRequestIds.GetValueOrDefault(wanted.BuildId) ?? "", request.RequestId))
                    {
                        return;
                    }

                    throw GrpcErrorFactory.Of(StatusCode.AlreadyExists, $"Worker Deployment Version \"{known.Version}\" already exists");
                }

                DeploymentVersionEditor.Add(record, wanted.BuildId, deployments.Now()).LastModifierIdentity = request.Identity;
                record.VersionRequestIds[wanted.BuildId] = request.RequestId;
            }
        );
        return new CreateWorkerDeploymentVersionResponse();
    }

    private async Task<SetWorkerDeploymentManagerResponse> SetManagerAsync(SetWorkerDeploymentManagerRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        RequireName(request.DeploymentName);
        if (deployments.Find(ns.Id, request.DeploymentName) is null)
        {
            throw NoWorkflow(request.DeploymentName);
        }

        var response = new SetWorkerDeploymentManagerResponse();
        await deployments.ChangeAsync(
            ns.Id,
            request.DeploymentName,
            record =>
            {
                RequireToken(record, request.ConflictToken);
                var manager = request.Self ? request.Identity : request.ManagerIdentity;
                response.PreviousManagerIdentity = record.Info.ManagerIdentity;
                if (manager != record.Info.ManagerIdentity)
                {
                    record.Info.ManagerIdentity = manager;
                    record.Info.LastModifierIdentity = request.Identity;
                    record.Revision++;
                }

                response.ConflictToken = DeploymentVersionEditor.TokenOf(record);
            }
        );
        return response;
    }

    private async Task<UpdateWorkerDeploymentVersionMetadataResponse> UpdateMetadataAsync(
        UpdateWorkerDeploymentVersionMetadataRequest request
    )
    {
        var ns = namespaces.Resolve(request.Namespace);
        var wanted = DeploymentVersionEditor.RequestedVersion(request.DeploymentVersion, request.Version);
        if (request.UpsertEntries.Count == 0 && request.RemoveEntries.Count == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("At least one of remove_entries or upsert_entries must be provided");
        }

        if (deployments.Find(ns.Id, wanted.DeploymentName) is not { } found || DeploymentVersionEditor.Find(found, wanted) is null)
        {
            throw NoVersionWorkflow(wanted);
        }

        var response = new UpdateWorkerDeploymentVersionMetadataResponse();
        await deployments.ChangeAsync(
            ns.Id,
            wanted.DeploymentName,
            record =>
            {
                var version = DeploymentVersionEditor.Find(record, wanted) ?? throw NoVersionWorkflow(wanted);
                version.Metadata ??= new VersionMetadata();
                foreach (var (key, value) in request.UpsertEntries)
                {
                    version.Metadata.Entries[key] = value;
                }

                foreach (var key in request.RemoveEntries)
                {
                    version.Metadata.Entries.Remove(key);
                }

                version.LastModifierIdentity = request.Identity;
                response.Metadata = version.Metadata;
            }
        );
        return response;
    }

    private async Task<DeleteWorkerDeploymentVersionResponse> DeleteVersionAsync(DeleteWorkerDeploymentVersionRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        var wanted = DeploymentVersionEditor.RequestedVersion(request.DeploymentVersion, request.Version);
        var record = deployments.Find(ns.Id, wanted.DeploymentName) ?? throw NoWorkflow(wanted.DeploymentName);
        if (DeploymentVersionEditor.Find(record, wanted) is not { } version)
        {
            return new DeleteWorkerDeploymentVersionResponse();
        }

        var fault =
            version.Status is WorkerDeploymentVersionStatus.Current or WorkerDeploymentVersionStatus.Ramping ? "it is current or ramping"
            : !request.SkipDrainage && drainage.StatusOf(ns, version) == WorkerDeploymentVersionStatus.Draining ? "it is draining"
            : HasPollers(ns, version) ? "it has active pollers"
            : null;
        if (fault is not null)
        {
            throw GrpcErrorFactory.FailedPrecondition(
                $"version '{DeploymentVersionText.Of(version.DeploymentVersion)}' cannot be deleted since {fault}"
            );
        }

        await deployments.ChangeAsync(
            ns.Id,
            wanted.DeploymentName,
            changed =>
            {
                if (DeploymentVersionEditor.Find(changed, wanted) is { } found)
                {
                    changed.Versions.Remove(found);
                    changed.VersionRequestIds.Remove(wanted.BuildId);
                    changed.Info.LastModifierIdentity = request.Identity;
                }
            }
        );
        return new DeleteWorkerDeploymentVersionResponse();
    }

    private async Task<DeleteWorkerDeploymentResponse> DeleteAsync(DeleteWorkerDeploymentRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        RequireName(request.DeploymentName);
        if (deployments.Find(ns.Id, request.DeploymentName) is { Versions.Count: > 0 })
        {
            throw GrpcErrorFactory.FailedPrecondition("deployment has versions, can't be deleted");
        }

        await deployments.DeleteAsync(ns.Id, request.DeploymentName);
        return new DeleteWorkerDeploymentResponse();
    }

    /// <summary>Rejects a call that names no deployment.</summary>
    public static void RequireName(string name)
    {
        if (name.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("deployment name cannot be empty");
        }
    }

    /// <summary>Rejects a call with an outdated conflict token.</summary>
    public static void RequireToken(DeploymentRecord record, ByteString token)
    {
        if (!token.IsEmpty && token != DeploymentVersionEditor.TokenOf(record))
        {
            throw GrpcErrorFactory.FailedPrecondition("conflict token mismatch");
        }
    }

    private void RequireDeployment(TemporalNamespace ns, string name)
    {
        if (deployments.Find(ns.Id, name) is null)
        {
            throw DeploymentVersionEditor.NoDeployment(name);
        }
    }

    private bool HasPollers(TemporalNamespace ns, WorkerDeploymentVersionInfo version)
    {
        var since = time.GetUtcNow() - TaskQueue.PollerShown;
        return version.TaskQueueInfos.Any(queue =>
            queues.Find(ns.Id, queue.Name, queue.Type == TaskQueueType.Activity) is { } found
            && found.Pollers(since).Any(poller => Equals(DeploymentVersionText.From(poller.DeploymentOptions), version.DeploymentVersion))
        );
    }

    private static bool IsSame(string known, string requestId) => requestId.Length > 0 && known == requestId;

    // The Temporal server stores deployments in workflows, and its error message names them.
    private static RpcException NoWorkflow(string name) =>
        GrpcErrorFactory.NotFound($"workflow not found for ID: temporal-sys-worker-deployment:{name}");

    private static RpcException NoVersionWorkflow(WorkerDeploymentVersion version) =>
        GrpcErrorFactory.NotFound($"workflow not found for ID: temporal-sys-worker-deployment-version:{DeploymentVersionText.Of(version)}");
}
