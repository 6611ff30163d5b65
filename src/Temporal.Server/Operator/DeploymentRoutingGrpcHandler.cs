using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Operator;

/// <summary>Changes the current and the ramping version of a worker deployment.</summary>
internal sealed class DeploymentRoutingGrpcHandler(NamespaceRegistry namespaces, WorkerDeploymentRegistry deployments) : IServiceHandler
{
    /// <inheritdoc/>
    public void Register(GrpcMethodRegistry table)
    {
        table.AddAsync((SetWorkerDeploymentCurrentVersionRequest request) => SetCurrentAsync(request));
        table.AddAsync((SetWorkerDeploymentRampingVersionRequest request) => SetRampingAsync(request));
    }

    private async Task<SetWorkerDeploymentCurrentVersionResponse> SetCurrentAsync(SetWorkerDeploymentCurrentVersionRequest request)
    {
        var response = new SetWorkerDeploymentCurrentVersionResponse();
        response.ConflictToken = await ChangeAsync(
            request.Namespace,
            request.DeploymentName,
            request.ConflictToken,
            request.Identity,
            request.AllowNoPollers,
            (record, now) =>
            {
                var routing = record.Info.RoutingConfig;
                var wanted = Named(record, request.BuildId, request.Version, request.AllowNoPollers, now);
                response.PreviousVersion = DeploymentVersionText.Dotted(routing.CurrentDeploymentVersion);
                response.PreviousDeploymentVersion = routing.CurrentDeploymentVersion;
                if (Equals(wanted?.DeploymentVersion, routing.CurrentDeploymentVersion))
                {
                    return false;
                }

                if (!request.IgnoreMissingTaskQueues)
                {
                    RequireQueues(record, wanted, "current");
                }

                DeploymentVersionEditor.MarkDraining(record, routing.CurrentDeploymentVersion, now);
                if (wanted is not null && Equals(wanted.DeploymentVersion, routing.RampingDeploymentVersion))
                {
                    EndRamp(routing, now);
                    (wanted.RampingSinceTime, wanted.RampPercentage) = (null, 0);
                }

                routing.CurrentDeploymentVersion = wanted?.DeploymentVersion;
                routing.CurrentVersion = DeploymentVersionText.Dotted(wanted?.DeploymentVersion);
                routing.CurrentVersionChangedTime = now;
                if (wanted is not null)
                {
                    DeploymentVersionEditor.Enter(wanted, WorkerDeploymentVersionStatus.Current, now);
                }

                return true;
            }
        );
        return response;
    }

    private async Task<SetWorkerDeploymentRampingVersionResponse> SetRampingAsync(SetWorkerDeploymentRampingVersionRequest request)
    {
        if (request.Percentage is < 0 or > 100)
        {
            throw GrpcErrorFactory.InvalidArgument("Percentage must be between 0 and 100 (inclusive)");
        }

        var response = new SetWorkerDeploymentRampingVersionResponse();
        response.ConflictToken = await ChangeAsync(
            request.Namespace,
            request.DeploymentName,
            request.ConflictToken,
            request.Identity,
            request.AllowNoPollers,
            (record, now) =>
            {
                var routing = record.Info.RoutingConfig;
                var wanted = Named(record, request.BuildId, request.Version, request.AllowNoPollers, now);
                if (wanted is not null && Equals(wanted.DeploymentVersion, routing.CurrentDeploymentVersion))
                {
                    throw GrpcErrorFactory.FailedPrecondition($"requested ramping version {wanted.Version} is already current");
                }

                if (routing.RampingDeploymentVersion is { } before)
                {
                    response.PreviousVersion = routing.RampingVersion;
                    response.PreviousDeploymentVersion = before;
                    response.PreviousPercentage = routing.RampingVersionPercentage;
                }

                var ends = wanted is null && request.Percentage == 0 && request.Version != DeploymentVersionText.Unversioned;
                var name = ends ? "" : DeploymentVersionText.Dotted(wanted?.DeploymentVersion);
                if (name == routing.RampingVersion && request.Percentage.Equals(routing.RampingVersionPercentage))
                {
                    return false;
                }

                if (!request.IgnoreMissingTaskQueues)
                {
                    RequireQueues(record, wanted, "ramping");
                }

                Ramp(record, wanted, name, request.Percentage, now);
                return true;
            }
        );
        return response;
    }

    private static void Ramp(DeploymentRecord record, WorkerDeploymentVersionInfo? wanted, string name, float percentage, Timestamp now)
    {
        var routing = record.Info.RoutingConfig;
        if (!Equals(wanted?.DeploymentVersion, routing.RampingDeploymentVersion))
        {
            DeploymentVersionEditor.MarkDraining(record, routing.RampingDeploymentVersion, now);
        }

        if (
            name == DeploymentVersionText.Unversioned
            && DeploymentVersionEditor.Find(record, routing.CurrentDeploymentVersion) is { } current
        )
        {
            // The Temporal server no longer shows drainage info in this case.
            current.DrainageInfo = null;
        }

        if (name != routing.RampingVersion)
        {
            routing.RampingVersionChangedTime = now;
        }

        routing.RampingDeploymentVersion = wanted?.DeploymentVersion;
        routing.RampingVersion = name;
        routing.RampingVersionPercentage = percentage;
        routing.RampingVersionPercentageChangedTime = now;
        if (wanted is not null)
        {
            DeploymentVersionEditor.Enter(wanted, WorkerDeploymentVersionStatus.Ramping, now);
            wanted.RampPercentage = percentage;
        }
    }

    private static void EndRamp(RoutingConfig routing, Timestamp now)
    {
        (routing.RampingDeploymentVersion, routing.RampingVersion, routing.RampingVersionPercentage) = (null, "", 0);
        routing.RampingVersionChangedTime = now;
        routing.RampingVersionPercentageChangedTime = now;
    }

    private async Task<ByteString> ChangeAsync(
        string namespaceName,
        string name,
        ByteString token,
        string identity,
        bool allowNoPollers,
        Func<DeploymentRecord, Timestamp, bool> change
    )
    {
        var ns = namespaces.Resolve(namespaceName);
        DeploymentChangeGrpcHandler.RequireName(name);
        if (!allowNoPollers && deployments.Find(ns.Id, name) is null)
        {
            throw DeploymentVersionEditor.NoDeployment(name);
        }

        var result = ByteString.Empty;
        await deployments.ChangeAsync(
            ns.Id,
            name,
            record =>
            {
                DeploymentChangeGrpcHandler.RequireToken(record, token);
                if (record.Info.ManagerIdentity is { Length: > 0 } manager && manager != identity)
                {
                    throw GrpcErrorFactory.FailedPrecondition(
                        $"ManagerIdentity '{manager}' is set and does not match user identity '{identity}'; to proceed, set your own "
                            + "identity as the ManagerIdentity, remove the ManagerIdentity, or wait for the other client to do so"
                    );
                }

                var now = deployments.Now();
                record.Info.CreateTime ??= now;
                if (change(record, now))
                {
                    record.Info.RoutingConfig.RevisionNumber++;
                    record.Info.LastModifierIdentity = identity;
                    record.Revision++;
                }

                result = DeploymentVersionEditor.TokenOf(record);
            }
        );
        return result;
    }

    /// <summary>
    /// Finds the version that a request names by its build id or in the string format of older clients. Adds a missing version if the
    /// request allows versions without pollers. Returns null if the request names unversioned workers.
    /// </summary>
    private static WorkerDeploymentVersionInfo? Named(
        DeploymentRecord record,
        string buildId,
        string dotted,
        bool allowNoPollers,
        Timestamp now
    )
    {
        var build =
            buildId.Length > 0 ? buildId
            : dotted is "" or DeploymentVersionText.Unversioned ? ""
            : DeploymentVersionEditor.RequestedVersion(null, dotted).BuildId;
        if (build.Length == 0)
        {
            return null;
        }

        return DeploymentVersionEditor.Find(record, new WorkerDeploymentVersion { BuildId = build })
            ?? (
                allowNoPollers
                    ? DeploymentVersionEditor.Add(record, build, now)
                    : throw GrpcErrorFactory.NotFound($"build ID '{build}' not found in Worker Deployment '{record.Info.Name}'")
            );
    }

    /// <summary>
    /// Rejects a version whose workers do not poll all task queues of the current version. Otherwise, the tasks of the other queues would
    /// be routed to unversioned workers.
    /// </summary>
    private static void RequireQueues(DeploymentRecord record, WorkerDeploymentVersionInfo? wanted, string role)
    {
        if (
            wanted is { TaskQueueInfos.Count: > 0 }
            && DeploymentVersionEditor.Find(record, record.Info.RoutingConfig.CurrentDeploymentVersion) is { } current
            && current.TaskQueueInfos.Any(queue => !wanted.TaskQueueInfos.Any(q => q.Name == queue.Name && q.Type == queue.Type))
        )
        {
            throw GrpcErrorFactory.FailedPrecondition(
                $"proposed {role} version '{DeploymentVersionText.Of(wanted.DeploymentVersion)}' is missing active task queues from the "
                    + $"current version; these would become unversioned if it is set as the {role} version"
            );
        }
    }
}
