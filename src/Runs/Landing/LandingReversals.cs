using Orchestrator.Git;
using Orchestrator.Git.Landing;
using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Landing;

/// <summary>Takes back what a run that has ended had landed, without an engine.</summary>
public static class LandingReversals
{
    /// <summary>True if the run has moved its target, or is about to.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    public static bool HasLanded(string runFolder) => LandingNote.TryRead(Path.Combine(runFolder, LandingNote.FileName)) is not null;

    /// <summary>Moves the target back, or offers a commit that undoes the work where others may have it.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="cancellationToken">Is looked at between the steps.</param>
    /// <returns>What came of it; null where the run never landed anything.</returns>
    public static async Task<ReversalResult?> TakeBackAsync(
        RepositoryLocation repository,
        string runFolder,
        CancellationToken cancellationToken
    )
    {
        if (LandingNote.TryRead(Path.Combine(runFolder, LandingNote.FileName)) is not { } landing)
        {
            return null;
        }
        var opened = await new GitRepositories().OpenAsync(repository.Root);
        var run = Path.GetFileName(runFolder);
        var (refs, reached) = (new RefStore(opened), LandingReversal.AbortedRef(run));
        await refs.UpdateAsync(
            [new RefChange(reached, landing.Commit, await refs.ReadAsync(reached, cancellationToken))],
            "aborted",
            cancellationToken
        );
        ReversalResult? result = null;
        foreach (var move in landing.Joined().Reverse())
        {
            result = await new LandingReversal(opened).TakeBackAsync(landing.Target, move.Commit, move.Before, run, cancellationToken);
            if (result.State is not (ReversalState.TakenBack or ReversalState.NotLanded))
            {
                break;
            }
        }
        return result;
    }
}
