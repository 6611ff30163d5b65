using Microsoft.Extensions.Logging;
using Orchestrator.Runs.Tasks.Transfer;

namespace Orchestrator.App.Sharing;

/// <summary>Exchanges the messages of agents in distributed runs with other hosts every few seconds.</summary>
/// <param name="sharing">Determines which runs of this machine are shared.</param>
/// <param name="takesTasks">True if tasks of other machines' runs can be assigned to this machine.</param>
/// <param name="remotes">Names or URLs of the common git remotes, by the path of the repository.</param>
/// <param name="repositories">Repositories of this worker, each with the reference that its runs use.</param>
/// <param name="context">Provides the clock and services.</param>
/// <param name="log">Receives errors.</param>
internal sealed class DistributedRunMailExchanger(
    SharedRunPusher sharing,
    bool takesTasks,
    IReadOnlyDictionary<string, string> remotes,
    IReadOnlyList<(LocalRepositoryPaths Location, RepositoryReference Reference)> repositories,
    UseCaseServiceBundle context,
    ILogger log
) : PeriodicSharedRunWorkBase("mail exchange", repositories, context.Time, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override TimeSpan? IntervalOf(StoredRun run, RepositoryReference reference) =>
        !RunStateNames.IsFinal(run.Status.State)
        && (IsOfOther(run, reference) ? takesTasks : run.Status.Queue == reference.Queue && sharing.IsShared(run, reference))
            ? Every
            : null;

    /// <inheritdoc/>
    protected override async Task<string> ProcessRunAsync(StoredRun run, RepositoryReference reference, CancellationToken stop)
    {
        if (!GitRemoteMailExchanger.IsNeeded(run.Id, reference) || remotes.GetValueOrDefault(reference.Path) is not { } remote)
        {
            return "";
        }
        var share = new GitRemoteMailExchanger(context.Services, remote);
        return IsOfOther(run, reference)
            ? await share.ExchangeAsync(run.Id, reference, stop)
            : await share.CollectAsync(run.Id, reference, stop);
    }
}
