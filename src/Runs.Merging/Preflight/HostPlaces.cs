using Orchestrator.Git.Sharing;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>By what hosts know that they have clones of one repository.</summary>
public static class HostPlaces
{
    /// <summary>The identity that the clones share (<see cref="RunRules.Places"/>).</summary>
    /// <param name="services">What the steps need of this machine.</param>
    /// <param name="here">The clone.</param>
    /// <param name="remote">Name or address of the remote that machines share.</param>
    /// <param name="stop">Ends git.</param>
    /// <returns>It, and why it is not known; one of both is empty.</returns>
    public static async Task<(string Key, string Problem)> KeyAsync(
        RunServices services,
        RepositoryReference here,
        string remote,
        CancellationToken stop
    ) => await new RemoteIdentity(await services.OpenRepositoryAsync(here.Path), remote).FindAsync(stop);
}
