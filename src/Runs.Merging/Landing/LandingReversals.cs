using Orchestrator.Git.Landing;
using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Result of taking back a landing.</summary>
/// <param name="IsTakenBack">The target is without the work now; else a commit that undoes it may be offered.</param>
/// <param name="Reason">A sentence for people, with what to do.</param>
/// <param name="KeptAt">The ref that keeps what was landed.</param>
public sealed record TakenBack(bool IsTakenBack, string Reason, string KeptAt);

/// <summary>Takes back the landing of a run that has ended, without an engine.</summary>
public static class LandingReversals
{
    /// <summary>True if the run has moved its target, or was about to.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    public static bool HasLanded(string runFolder) => LandingNote.TryRead(Path.Combine(runFolder, LandingNote.FileName)) is not null;

    /// <summary>Moves the target back, or offers a revert commit where others may have the work.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="services">Machine and open repositories.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <returns>The result.</returns>
    /// <exception cref="InvalidOperationException">The run never landed anything.</exception>
    public static async Task<TakenBack> TakeBackAsync(RunFolder folder, RunServices services, CancellationToken cancellationToken)
    {
        var landing =
            LandingNote.TryRead(folder.Landing) ?? throw new InvalidOperationException($"The run of {folder.Path} has landed nothing.");
        var opened = await services.LookIntoAsync(folder);
        var run = folder.Name;
        var (refs, reached) = (new RefStore(opened), LandingReversal.AbortedRef(run));
        await refs.UpdateAsync(
            [new RefChange(reached, landing.Commit, await refs.ReadAsync(reached, cancellationToken))],
            "aborted",
            cancellationToken
        );
        var reason = "";
        var commits = new CommitStore(opened);
        foreach (var move in landing.Joined().Reverse())
        {
            // Whoever writes another commit into the note must not get the branch moved there: a landing is always on top of what was
            // there.
            if (
                !await opened.HasCommitAsync(move.Before, cancellationToken)
                || !await opened.HasCommitAsync(move.Commit, cancellationToken)
                || !await commits.IsAncestorAsync(move.Before, move.Commit, cancellationToken)
            )
            {
                return new(
                    false,
                    $"Somebody changed {folder.Relative(folder.Landing)}: what it says "
                        + $"of {landing.Target} before the landing is not below what was landed, so nothing was moved. See 'git reflog "
                        + $"{RunRefs.Shown(landing.Target)}' for where it was.",
                    reached
                );
            }
            var result = await new LandingReversal(opened).TakeBackAsync(landing.Target, move.Commit, move.Before, run, cancellationToken);
            reason = result.Reason;
            if (result.State is not (ReversalState.TakenBack or ReversalState.NotLanded))
            {
                return new(false, reason, reached);
            }
        }
        return new(true, reason, reached);
    }
}
