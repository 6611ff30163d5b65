using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Landing;

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
        var commits = new CommitStore(repository);
        var search = new ContentSearch(repository);
        foreach (var tip in branches.Values.Distinct(StringComparer.Ordinal))
        {
            if (
                await commits.IsAncestorAsync(run.LandedCommit, tip, stop)
                    ? !await IsUndoneAsync(run, tip, repository, stop)
                    : await search.IsInAsync(run.LandedCommit, tip, stop)
            )
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Every file that it changed is as it was before: a revert is on top.</summary>
    private static async Task<bool> IsUndoneAsync(RunStatus run, string tip, GitRepository repository, CancellationToken stop)
    {
        if (tip == run.LandedCommit || !await repository.HasCommitAsync(run.BaseCommit, stop))
        {
            return false;
        }
        var diffs = new Diffs(repository);
        var changed = (await diffs.BetweenAsync(run.BaseCommit, run.LandedCommit, stop)).Select(file => file.Path).ToHashSet();
        return changed.Count > 0 && !(await diffs.BetweenAsync(run.BaseCommit, tip, stop)).Any(file => changed.Contains(file.Path));
    }
}
