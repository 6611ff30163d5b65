using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Looks whether what a run landed is still there: a person may have taken it back since, which nobody tells the run.</summary>
public static class LandedWork
{
    /// <summary>The run with <see cref="RunStatus.LandedGone"/>. What landed is there where the branch, or a remote branch of the target's
    /// name, has the commit and no revert of it, or all that it changed (rebased, squashed). Where git can't tell, the run is as it
    /// was.</summary>
    /// <param name="run">The run.</param>
    /// <param name="repository">A path in the repository.</param>
    /// <param name="services">Where repositories are opened.</param>
    /// <param name="stop">Ends the look.</param>
    public static async Task<RunStatus> LookAsync(RunStatus run, string repository, RunServices services, CancellationToken stop)
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
        var diffs = new Diffs(repository);
        var changed = await repository.HasCommitAsync(run.BaseCommit, stop)
            ? (await diffs.BetweenAsync(run.BaseCommit, run.LandedCommit, stop)).Select(file => file.Path).ToHashSet(StringComparer.Ordinal)
            : [];
        var commits = new CommitStore(repository);
        var search = new ContentSearch(repository);
        foreach (var tip in branches.Values.Distinct(StringComparer.Ordinal))
        {
            if (
                tip == run.LandedCommit
                || (changed.Count > 0 && await IsAsInAsync(run.LandedCommit, tip))
                || (
                    await commits.IsAncestorAsync(run.LandedCommit, tip, stop)
                        // Where every file is as it was before, a revert is on top.
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
