using Orchestrator.Git.Refs;

namespace Orchestrator.Runs;

/// <summary>The staging branch of a run that has started.</summary>
/// <param name="Tip">Hash of the run's last merge, or of the base if nothing was merged.</param>
/// <param name="Base">Hash of the commit from which the run started.</param>
/// <param name="Made">Sentence with the new position if the missing branch was recreated, or empty otherwise.</param>
/// <param name="IsLost">True if the branch was missing and its merges could not be found.</param>
public sealed record StagingBranch(string Tip, string Base, string Made, bool IsLost);

/// <summary>
/// Recreates a missing staging branch. Landing removes the branch, but a user may then reset the run so that it continues.
/// </summary>
public static class StagingBranchRestorer
{
    /// <summary>Finds the staging branch, or recreates it from the run's refs if it is missing.</summary>
    /// <returns>The staging branch, or null if the run has not created one yet.</returns>
    /// <exception cref="RunStepFailedException">The run's base is unknown.</exception>
    public static async Task<StagingBranch?> EnsureAsync(GitRepository repository, RunPlanAndSettings files, CancellationToken stop)
    {
        var refs = new RefStore(repository);
        var name = RunRefNameBuilder.Staging(files.Settings, files.Folder);
        var (baseRef, lastMerge) = (RunRefNameBuilder.Base(files.Folder), RunRefNameBuilder.LastMerge(files.Folder));
        var record = new StagingBranchReconciler(repository, name, files.Folder);
        while (true)
        {
            var known = await refs.ListAsync([name, baseRef, lastMerge], stop);
            if (known.Count == 0)
            {
                return null;
            }
            if (!known.TryGetValue(baseRef, out var began))
            {
                throw new RunStepFailedException(
                    $"{baseRef}, the base of the run, is missing. Restore it (git update-ref {baseRef} COMMIT).",
                    "BaseGone"
                );
            }
            if (known.ContainsKey(name))
            {
                return new StagingBranch(await record.NewestAsync(began, stop), began, "", IsLost: false);
            }
            var isLost = !known.ContainsKey(lastMerge);
            var tip = isLost
                ? await new PlanContractCommitter(repository, files).FirstCommitAsync(began, stop)
                : await record.NewestAsync(began, stop);
            if (await record.MoveAsync(tip, null, "recreated after a reset"))
            {
                return new StagingBranch(
                    tip,
                    began,
                    $"{RunRefNameBuilder.Label(name)} was missing and was recreated "
                        + $"{(isLost ? "at the run's base" : "at the last merge")}: "
                        + $"{CommitIdFormatter.Shorten(tip)}",
                    isLost
                );
            }
        }
    }
}
