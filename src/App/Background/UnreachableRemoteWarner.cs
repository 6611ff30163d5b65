using Microsoft.Extensions.Logging;
using Orchestrator.App.Setup;

namespace Orchestrator.App.Background;

/// <summary>
/// Warns once if a worker that takes over runs can't reach the remote of a repository. This is not an error, because the remote may be
/// reachable again when a run must be taken over.
/// </summary>
/// <param name="repositories">Repositories whose runs this worker may take over.</param>
/// <param name="context">Provides settings and user interaction.</param>
/// <param name="log">Receives errors.</param>
internal sealed class UnreachableRemoteWarner(IReadOnlyList<LocalRepositoryPaths> repositories, UseCaseServiceBundle context, ILogger log)
    : PeriodicBackgroundWork("remotes", repositories, context.Time, log)
{
    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        foreach (var repository in repositories)
        {
            if (
                context.OpenSettings(repository, []).Loaded.Settings is { } settings
                && await SharedRunRemoteChecker.RunAsync(repository, settings, context.Services, cancellationToken)
                    is { Status: not MachineReadinessCheckStatus.Ok } fault
            )
            {
                context.Interaction.Warn($"{repository.Root}: {fault.Message} {fault.Cure}");
            }
        }
        return null;
    }
}
