using Microsoft.Extensions.Logging;
using Orchestrator.Machine.Setup;
using Orchestrator.Runs;

namespace Orchestrator.App.Background;

/// <summary>Warns once of remotes that a worker which takes over runs can't reach. They may be reachable when a run is taken.</summary>
/// <param name="repositories">Repositories whose runs may come here.</param>
/// <param name="context">Settings and terminal.</param>
/// <param name="log">Receives errors.</param>
internal sealed class RemoteCheckUnit(IReadOnlyList<RepositoryLocation> repositories, UseCaseContext context, ILogger log)
    : BackgroundUnit("remotes", repositories, context.Time, log)
{
    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        foreach (var repository in repositories)
        {
            if (
                context.OpenSettings(repository, []).Loaded.Settings is { } settings
                && await SharingCheck.RunAsync(repository, settings, context.Services, cancellationToken)
                    is { Status: not MachineCheckStatus.Ok } fault
            )
            {
                context.Interaction.Warn($"{repository.Root}: {fault.Message} {fault.Cure}");
            }
        }
        return null;
    }
}
