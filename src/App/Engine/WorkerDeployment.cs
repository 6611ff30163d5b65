using Microsoft.Extensions.Logging;
using Orchestrator.Runs;
using Orchestrator.Settings;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;

namespace Orchestrator.App.Engine;

/// <summary>The worker deployment that a worker of this process belongs to: the server gives runs to workers of its current version. The
/// first version there is becomes that by itself.</summary>
/// <param name="client">The server.</param>
/// <param name="version">What this process is.</param>
/// <param name="makesCurrent">This version takes the place of another one.</param>
/// <param name="repositories">Repositories whose runs this worker works on.</param>
/// <param name="context">Clock and terminal.</param>
/// <param name="log">Receives errors.</param>
public sealed class WorkerDeployment(
    ITemporalClient client,
    WorkerDeploymentVersion version,
    bool makesCurrent,
    IReadOnlyList<RepositoryLocation> repositories,
    UseCaseContext context,
    ILogger log
) : BackgroundUnit("worker deployment", repositories, context.Time, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private long? _began;

    /// <summary>The version of a worker according to the settings; null: it belongs to no deployment.</summary>
    public static WorkerDeploymentVersion? VersionOf(TemporalSettings settings) =>
        settings is { Address: not null, Deployment: { } name } ? new(name, settings.BuildId ?? ProductVersion.Build) : null;

    /// <summary>Checks whether this version is the current one once the server knows it, and makes it that where requested.</summary>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        _began ??= context.Time.GetTimestamp();
        try
        {
            await SettleAsync(cancellationToken);
        }
        catch (RpcException) when (!cancellationToken.IsCancellationRequested && context.Time.GetElapsedTime(_began.Value) <= Patience)
        {
            // It knows a version once the first worker asks it for work; somebody else may have changed the deployment meanwhile.
            return Pause;
        }
        catch (RpcException refused) when (!cancellationToken.IsCancellationRequested)
        {
            context.Interaction.Warn(
                $"The server does not say which version of the worker deployment {version.DeploymentName} is the current one "
                    + $"({ConnectionFault.Of(refused)}): whether this worker gets runs is not known."
            );
        }
        return null;
    }

    private async Task SettleAsync(CancellationToken stop)
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
                    + $"{version.BuildId}: it does the steps of this machine, and workers of the current version continue runs. "
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
        context.Interaction.Say(
            $"{version.BuildId} is the current version of the worker deployment {version.DeploymentName}: workers of it continue runs"
                + (current.Length > 0 ? $", those of {current} no more." : ".")
        );
    }
}
