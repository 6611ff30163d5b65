using Orchestrator.Git.Program;
using Orchestrator.Git.Sharing;

namespace Orchestrator.App.Setup;

/// <summary>Checks that the git remote through which machines share runs is reachable. Changes nothing on the remote.</summary>
public static class SharedRunRemoteChecker
{
    /// <summary>Maximum time to wait for a git remote to respond.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Checks that the git remote for shared runs is reachable. Returns null if no remote is configured and none is needed.
    /// </summary>
    /// <param name="repository">Repository of the runs.</param>
    /// <param name="settings">Effective settings.</param>
    /// <param name="services">Opens repositories.</param>
    public static async Task<MachineReadinessCheckResult?> RunAsync(
        LocalRepositoryPaths repository,
        OrchestratorSettings settings,
        RunServiceBundle services,
        CancellationToken stop
    )
    {
        const string Name = "sharing";
        if (settings.Wip.Remote is not { } remote)
        {
            return settings.Hosts.Spread
                ? new(
                    Name,
                    MachineReadinessCheckStatus.Fail,
                    "hosts.spread is set, but wip.remote is not, so tasks can't move to other hosts.",
                    "Set wip.remote to a shared git remote; see docs/how-to/machines.md."
                )
                : null;
        }
        var shown = GitRemoteAddressInspector.Show(remote);
        var problem = await FindProblemAsync(await services.Repositories.OpenAsync(repository.Root), remote, stop);
        return problem.Length == 0
            ? new(Name, MachineReadinessCheckStatus.Ok, $"The remote {shown} is reachable (wip.remote).")
            : new(
                Name,
                settings.Hosts.Spread ? MachineReadinessCheckStatus.Fail : MachineReadinessCheckStatus.Warn,
                $"The remote {shown} is not reachable (wip.remote): {problem.TrimEnd('.')}.",
                "Runs can't move between hosts without this remote. Set wip.remote to a shared git remote that is reachable."
            );
    }

    private static async Task<string> FindProblemAsync(GitRepository repository, string remote, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        try
        {
            return (await new RemoteRefs(repository, remote).ListAsync(["refs/orchestrator/identity"], limit.Token)).Problem;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"it did not answer within {Plural.Of((int)Limit.TotalSeconds, "second")}";
        }
    }
}
