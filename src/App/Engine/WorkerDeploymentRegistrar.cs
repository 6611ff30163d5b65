using Microsoft.Extensions.Logging;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;

namespace Orchestrator.App.Engine;

/// <summary>
/// Registers this process's workers in a worker deployment. The server assigns runs to workers with the deployment's current version. The
/// first version becomes current automatically.
/// </summary>
/// <param name="client">Client of the Temporal server.</param>
/// <param name="version">Deployment version of this process.</param>
/// <param name="makesCurrent">True to make this version the current one.</param>
/// <param name="repositories">Repositories whose runs this worker executes.</param>
/// <param name="context">Provides the clock and user interaction.</param>
/// <param name="log">Receives errors.</param>
public sealed class WorkerDeploymentRegistrar(
    ITemporalClient client,
    WorkerDeploymentVersion version,
    bool makesCurrent,
    IReadOnlyList<LocalRepositoryPaths> repositories,
    UseCaseServiceBundle context,
    ILogger log
) : PeriodicBackgroundWork("worker deployment", repositories, context.Time, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private long? _began;

    /// <summary>
    /// Returns the workers' deployment version that the settings specify. Returns null if the workers belong to no deployment.
    /// </summary>
    public static WorkerDeploymentVersion? VersionOf(TemporalSettings settings) =>
        settings is { Address: not null, Deployment: { } name } ? new(name, settings.BuildId ?? ProductVersion.Build) : null;

    /// <summary>
    /// Checks whether this version is the current one. Makes it current if requested, or if the deployment has no current version. Retries
    /// for a limited time, because the server might not have registered the version yet.
    /// </summary>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        _began ??= context.Time.GetTimestamp();
        try
        {
            await WaitUntilCurrentAsync(cancellationToken);
        }
        catch (RpcException) when (!cancellationToken.IsCancellationRequested && context.Time.GetElapsedTime(_began.Value) <= Patience)
        {
            // The server knows a version only after a worker's first poll. Another process may also have changed the deployment at the same
            // time. Both cases are retried.
            return Pause;
        }
        catch (RpcException refused) when (!cancellationToken.IsCancellationRequested)
        {
            context.Interaction.Warn(
                $"The server did not return the current version of the worker deployment {version.DeploymentName} "
                    + $"({ConnectionFailureText.Of(refused)}), so this worker may not get any runs."
            );
        }
        return null;
    }

    private async Task WaitUntilCurrentAsync(CancellationToken stop)
    {
        var calls = new RpcOptions { CancellationToken = stop };
        var known = await client.WorkflowService.DescribeWorkerDeploymentAsync(
            new DescribeWorkerDeploymentRequest { Namespace = client.Options.Namespace, DeploymentName = version.DeploymentName },
            calls
        );
        var current = known.WorkerDeploymentInfo.RoutingConfig.CurrentDeploymentVersion?.BuildId ?? "";
        if (current == version.BuildId)
        {
            return;
        }
        if (current.Length > 0 && !makesCurrent)
        {
            context.Interaction.Warn(
                $"The current version of the worker deployment {version.DeploymentName} is {current}, and this worker is "
                    + $"{version.BuildId}. This worker executes the steps of this machine, and workers of the current version "
                    + "continue runs. "
                    + "'orchestrate worker --make-current' makes this version the current one."
            );
            return;
        }
        await client.WorkflowService.SetWorkerDeploymentCurrentVersionAsync(
            new SetWorkerDeploymentCurrentVersionRequest
            {
                Namespace = client.Options.Namespace,
                DeploymentName = version.DeploymentName,
                BuildId = version.BuildId,
                ConflictToken = known.ConflictToken,
                Identity = context.Person,
            },
            calls
        );
        context.Interaction.Inform(
            $"{version.BuildId} is the current version of the worker deployment {version.DeploymentName}, so its workers continue runs"
                + (current.Length > 0 ? $", and workers of {current} no longer do." : ".")
        );
    }
}
