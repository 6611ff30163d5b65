using Orchestrator.Git;

namespace Orchestrator.Local;

/// <summary>Takes back what a run that has ended had landed, without an engine.</summary>
public static class LandingReversals
{
    /// <summary>Moves the target back, or offers a commit that undoes the work where others may have it.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="cancellationToken">Is looked at between the steps.</param>
    /// <returns>What came of it; null where the run never landed anything.</returns>
    public static async Task<ReversalResult?> TakeBackAsync(RepositoryLocation repository, string runFolder, CancellationToken cancellationToken)
    {
        if (LandingNote.TryRead(Path.Combine(runFolder, "landing-note")) is not { } landing)
            return null;
        var opened = await OpenedRepositories.OpenAsync(repository.Root);
        var (refs, reached) = (new Refs(opened), $"refs/orchestrator/aborted/{Path.GetFileName(runFolder)}");
        await refs.UpdateAsync([new RefChange(reached, landing.Commit, await refs.ReadAsync(reached, cancellationToken))], "aborted", cancellationToken);
        return await new LandingReversal(opened).TakeBackAsync(landing.Target, landing.Commit, landing.Before, Path.GetFileName(runFolder), cancellationToken);
    }
}
