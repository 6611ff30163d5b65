using Orchestrator.Git.Landing;
using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Result of reverting a landing.</summary>
/// <param name="IsTakenBack">True if the target no longer contains the work. If false, a revert commit may be offered.</param>
/// <param name="Reason">Sentence for users that includes the next step.</param>
/// <param name="KeptAt">Name of the ref that keeps the landed work.</param>
public sealed record RevertedLanding(bool IsTakenBack, string Reason, string KeptAt);

/// <summary>Reverts the landing of a run that has ended. No Temporal server is needed.</summary>
public static class EndedRunLandingReverter
{
    /// <summary>True if the run moved its target or was about to move it.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    public static bool HasLanded(string runFolder) =>
        TargetBranchMoveHistory.TryRead(Path.Combine(runFolder, TargetBranchMoveHistory.FileName)) is not null;

    /// <summary>
    /// Moves the target back to the commit before the landing. If later commits, pushes or checkouts may depend on the landing, offers a
    /// revert commit instead.
    /// </summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="cancellationToken">Cancels between the steps.</param>
    /// <returns>The result.</returns>
    /// <exception cref="InvalidOperationException">The run never landed anything.</exception>
    public static async Task<RevertedLanding> RevertAsync(RunFolder folder, RunServiceBundle services, CancellationToken cancellationToken)
    {
        var landing =
            TargetBranchMoveHistory.TryRead(folder.Landing)
            ?? throw new InvalidOperationException($"The run in {folder.Path} has not landed any work.");
        var opened = await services.OpenReadOnlyAsync(folder);
        var run = folder.Name;
        var (refs, reached) = (new RefStore(opened), LandingReversal.AbortedRef(run));
        await refs.UpdateAsync(
            [new RefChange(reached, landing.Commit, await refs.ReadAsync(reached, cancellationToken))],
            "aborted",
            cancellationToken
        );
        var reason = "";
        var commits = new GitCommitReaderAndWriter(opened);
        foreach (var move in landing.Joined().Reverse())
        {
            // This check detects a forged note, which could move the branch to any commit. In a real landing, the landed commit is always a
            // descendant of the previous one.
            if (
                !await opened.HasCommitAsync(move.Before, cancellationToken)
                || !await opened.HasCommitAsync(move.Commit, cancellationToken)
                || !await commits.IsAncestorAsync(move.Before, move.Commit, cancellationToken)
            )
            {
                return new(
                    false,
                    $"{folder.Relative(folder.Landing)} was changed: the commit that it records "
                        + $"for {landing.Target} before the landing is not an ancestor of the landed commit, so nothing was moved. "
                        + "See 'git reflog "
                        + $"{RunRefNameBuilder.Label(landing.Target)}' for its earlier commits.",
                    reached
                );
            }
            var result = await new LandingReversal(opened).RevertAsync(landing.Target, move.Commit, move.Before, run, cancellationToken);
            reason = result.Reason;
            if (result.State is not (LandingReversalStatus.TakenBack or LandingReversalStatus.NotLanded))
            {
                return new(false, reason, reached);
            }
        }
        return new(true, reason, reached);
    }
}
