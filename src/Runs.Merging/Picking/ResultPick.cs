using Orchestrator.Git.Refs;
using Orchestrator.Runs.Loading;

namespace Orchestrator.Runs.Merging.Picking;

/// <summary>The best of several results of one task, on a branch of its own.</summary>
/// <param name="Ranking">All results in order.</param>
/// <param name="Branch">The branch that is at the best one; empty: none of them can be picked.</param>
public sealed record PickedResult(ResultRanking Ranking, string Branch);

/// <summary>Picks among the results of tasks that several agents were given alike. The others stay as they are.</summary>
/// <param name="location">The repository.</param>
/// <param name="services">Opens it.</param>
public sealed class ResultPick(RepositoryLocation location, RunServices services)
{
    /// <summary>Ranks the results of a run's tasks with the same text, and moves a branch to the best of each. Where evidence does not
    /// decide, what the run's reviewer has said does.</summary>
    /// <param name="run">The run with all its tasks.</param>
    /// <param name="stop">Gives up; repeated, it does the same.</param>
    /// <exception cref="RefusedException">Somebody changed the run's files.</exception>
    public async Task<IReadOnlyList<PickedResult>> PickAsync(RunStatus run, CancellationToken stop)
    {
        if (DecidedPlan.TryRead(location.Root, run) is not { } plan)
        {
            return [];
        }
        var repository = await services.Repositories.OpenAsync(location.Root);
        var folder = new RunFolder(location.Root, run.RunId);
        var preferences = PickRecord.Read(DecidedPlan.TryFiles(location.Root, run));
        var picked = new List<PickedResult>();
        foreach (var (_, ranking) in await new ResultComparison(repository, folder, run.BaseCommit).RankAsync(plan, run.Tasks, stop))
        {
            var decided = ranking.With(preferences);
            picked.Add(new PickedResult(decided, await MoveAsync(repository, run, decided.Results[0], stop)));
        }
        return picked;
    }

    private static async Task<string> MoveAsync(GitRepository repository, RunStatus run, RankedResult best, CancellationToken stop)
    {
        var branch = run.BranchOf(best.Task);
        if (!best.IsVerified || branch.Length == 0)
        {
            return "";
        }
        var refs = new RefStore(repository);
        // NAME-1, NAME-2 ...: the branch is named by what they are alike in.
        var dash = branch.LastIndexOf('-');
        var name = $"refs/heads/{branch[..dash].Replace("/t/", "/picked/", StringComparison.Ordinal)}";
        var before = await refs.ReadAsync(name, stop);
        return before == best.Commit || (await refs.UpdateAsync([new RefChange(name, best.Commit, before)], "picked", stop)).Done
            ? RunRefs.Shown(name)
            : throw new GitException($"{name} was moved by somebody else while a result was picked.");
    }
}
