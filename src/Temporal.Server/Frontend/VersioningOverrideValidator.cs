using Temporal.Server.History;
using Temporal.Server.Matching;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Workflow.V1;
using PinnedOverride = Temporalio.Api.Workflow.V1.VersioningOverride.Types.PinnedOverride;
using PinnedOverrideBehavior = Temporalio.Api.Workflow.V1.VersioningOverride.Types.PinnedOverrideBehavior;

namespace Temporal.Server.Frontend;

/// <summary>Validates the versioning overrides in requests.</summary>
internal static class VersioningOverrideValidator
{
    /// <summary>
    /// Converts a versioning override to its newer form, which is the only form that is stored. A null argument yields null.
    /// </summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: the override is empty or contradicts itself.</exception>
    public static VersioningOverride? ToNewerForm(VersioningOverride? given)
    {
        if (given is null || given.OverrideCase != VersioningOverride.OverrideOneofCase.None)
        {
            return given;
        }

#pragma warning disable CS0612 // Clients of older releases send these.
        var (behavior, dotted, deployment) = (given.Behavior, given.PinnedVersion, given.Deployment);
#pragma warning restore CS0612
        switch (behavior)
        {
            case VersioningBehavior.Pinned when dotted.Length == 0 && deployment is null:
                throw GrpcErrorFactory.InvalidArgument("must provide deployment (deprecated) or pinned version if behavior is 'PINNED'");
            case VersioningBehavior.Pinned:
                var version =
                    dotted.Length > 0
                        ? DeploymentVersionText.Parse(dotted)
                            ?? throw GrpcErrorFactory.InvalidArgument(
                                $"invalid version string \"{dotted}\", expected format is \"<deployment_name>.<build_id>\""
                            )
                        : new WorkerDeploymentVersion { DeploymentName = deployment!.SeriesName, BuildId = deployment.BuildId };
                return new VersioningOverride
                {
                    Pinned = new PinnedOverride { Behavior = PinnedOverrideBehavior.Pinned, Version = version },
                };
            case VersioningBehavior.AutoUpgrade when dotted.Length > 0:
                throw GrpcErrorFactory.InvalidArgument("only provide pinned version if behavior is 'PINNED'");
            case VersioningBehavior.AutoUpgrade:
                return new VersioningOverride { AutoUpgrade = true };
            default:
                throw GrpcErrorFactory.InvalidArgument("override behavior is required");
        }
    }

    /// <summary>Validates the versioning override of a workflow start.</summary>
    /// <exception cref="RpcException">The override is not valid, or no worker of its version polls the queue.</exception>
    public static VersioningOverride? ForStart(
        VersioningOverride? given,
        WorkerDeploymentRegistry deployments,
        string namespaceId,
        string queue
    )
    {
        var newer = ToNewerForm(given);
        if (newer is { OverrideCase: VersioningOverride.OverrideOneofCase.Pinned, Pinned.Version: null })
        {
            throw GrpcErrorFactory.InvalidArgument("must provide version if override is pinned.");
        }

        RequirePresent(newer, deployments, namespaceId, queue);
        return newer;
    }

    /// <summary>
    /// Validates the versioning override for a running workflow. An override without a version pins the run to its current version.
    /// </summary>
    /// <exception cref="RpcException">The override is not valid, or no worker of its version polls the queue.</exception>
    public static VersioningOverride? ForRun(VersioningOverride? given, WorkerDeploymentRegistry deployments, MutableState run)
    {
        var newer = ToNewerForm(given);
        if (newer is { OverrideCase: VersioningOverride.OverrideOneofCase.Pinned, Pinned.Version: null })
        {
            var behavior = WorkflowDeploymentVersionResolver.Behavior(run);
            if (behavior != VersioningBehavior.Pinned || WorkflowDeploymentVersionResolver.Version(run) is not { } own)
            {
                throw GrpcErrorFactory.FailedPrecondition(
                    $"must specify a specific pinned override version because workflow with id {run.WorkflowId} has behavior {behavior} "
                        + "and is not yet pinned to any version"
                );
            }

            newer = new VersioningOverride
            {
                Pinned = new PinnedOverride { Behavior = PinnedOverrideBehavior.Pinned, Version = own },
            };
        }

        RequirePresent(newer, deployments, run.NamespaceId, run.Start.TaskQueue.Name);
        return newer;
    }

    private static void RequirePresent(VersioningOverride? newer, WorkerDeploymentRegistry deployments, string namespaceId, string queue)
    {
        if (
            (newer?.Pinned?.Version ?? newer?.OneTime?.TargetDeploymentVersion) is { } version
            && !deployments.HasPollers(namespaceId, DeploymentVersionText.Of(version), queue, activity: false)
        )
        {
            throw GrpcErrorFactory.FailedPrecondition(
                $"Pinned version '{version.DeploymentName}:{version.BuildId}' is not present in task queue '{queue}' of type 'Workflow'"
            );
        }
    }
}
