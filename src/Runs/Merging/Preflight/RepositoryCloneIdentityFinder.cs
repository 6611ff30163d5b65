using Orchestrator.Git.Sharing;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>Determines the identity by which hosts recognize that their clones belong to the same repository.</summary>
public static class RepositoryCloneIdentityFinder
{
    /// <summary>Returns the identity that all clones share (see <see cref="RunWorkflowSettings.Places"/>).</summary>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="here">The clone on this host.</param>
    /// <param name="remote">Name or URL of the remote that the clones share.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>The identity, or the reason why it is unknown. The other value is empty.</returns>
    public static async Task<(string Key, string Problem)> KeyAsync(
        RunServiceBundle services,
        RepositoryReference here,
        string remote,
        CancellationToken stop
    ) => await new RepositoryIdRemoteRefStore(await services.OpenRepositoryAsync(here.Path), remote).FindAsync(stop);
}
