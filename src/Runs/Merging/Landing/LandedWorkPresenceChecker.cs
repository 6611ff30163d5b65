using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>
/// Checks whether a run's landed work is still on its target. A user may have reverted the work, and the run does not notice that by
/// itself.
/// </summary>
public static class LandedWorkPresenceChecker
{
    /// <summary>
    /// Returns a run's status with <see cref="RunStatus.LandedGone"/> set. The work counts as present if a branch contains the landed
    /// commit without a revert, or contains all its changes after a rebase or squash. If git can't determine this, the status is returned
    /// unchanged.
    /// </summary>
    /// <param name="run">Status of the run.</param>
    /// <param name="repository">Absolute path of a folder in the repository.</param>
    /// <param name="services">Opens repositories.</param>
    /// <param name="stop">Cancels the check.</param>
    public static async Task<RunStatus> CheckAsync(RunStatus run, string repository, RunServiceBundle services, CancellationToken stop)
    {
        if (!run.HasLanded)
        {
            return run;
        }
        try
        {
            return run with { LandedGone = !await IsThereAsync(run, await services.Repositories.OpenAsync(repository), stop) };
        }
        catch (Exception unknown) when (unknown is GitException or NotARepositoryException or GitUnavailableException)
        {
            return run;
        }
    }

    private static async Task<bool> IsThereAsync(RunStatus run, GitRepository repository, CancellationToken stop)
    {
        if (!await repository.HasCommitAsync(run.LandedCommit, stop))
        {
            return false;
        }
        string[] own = [.. new[] { run.LandedOn, run.Target }.Where(branch => branch.Length > 0).Distinct(StringComparer.Ordinal)];
        var branches = await new RefStore(repository).ListAsync(
            [.. own.Select(branch => $"refs/heads/{branch}"), .. run.Target.Length > 0 ? [$"refs/remotes/*/{run.Target}"] : (string[])[]],
            stop
        );
        var diffs = new GitDiffReader(repository);
        var changed = await repository.HasCommitAsync(run.BaseCommit, stop)
            ? (await diffs.BetweenAsync(run.BaseCommit, run.LandedCommit, stop)).Select(file => file.Path).ToHashSet(StringComparer.Ordinal)
            : [];
        var commits = new GitCommitReaderAndWriter(repository);
        var search = new MergedWorkDetector(repository);
        foreach (var tip in branches.Values.Distinct(StringComparer.Ordinal))
        {
            if (
                tip == run.LandedCommit
                || (changed.Count > 0 && await IsAsInAsync(run.LandedCommit, tip))
                || (
                    await commits.IsAncestorAsync(run.LandedCommit, tip, stop)
                        // If every file has the same content as before the landing, the work was reverted.
                        ? changed.Count == 0 || !await IsAsInAsync(run.BaseCommit, tip)
                        : await search.IsInAsync(run.LandedCommit, tip, stop)
                )
            )
            {
                return true;
            }
        }
        return false;

        async Task<bool> IsAsInAsync(string commit, string tip) =>
            !(await diffs.BetweenAsync(commit, tip, stop)).Any(file => changed.Contains(file.Path));
    }
}
