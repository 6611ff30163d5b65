using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging.Picking;

/// <summary>The best of several results of one task, with the branch that points to it.</summary>
/// <param name="Ranking">All results, sorted from best to worst.</param>
/// <param name="Branch">Name of the branch, or empty if no result can be picked.</param>
public sealed record BestTaskResult(RankedIdenticalTaskResultList Ranking, string Branch);

/// <summary>Picks the best result of each task that several agents worked on independently. The other results are left unchanged.</summary>
/// <param name="location">The repository.</param>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class ResultPicker(LocalRepositoryPaths location, RunServiceBundle services)
{
    /// <summary>
    /// Ranks the results of tasks that have the same text, and moves a branch to the best result of each group. If the evidence rates
    /// results equally, the run's reviewer decides.
    /// </summary>
    /// <param name="run">Status of the run with all its tasks.</param>
    /// <param name="stop">Cancels the call. A repeated call has the same result.</param>
    /// <exception cref="UserRequestRefusedException">Another program changed the run's files.</exception>
    public async Task<IReadOnlyList<BestTaskResult>> PickAsync(RunStatus run, CancellationToken stop)
    {
        if (RunPlanCache.TryReadPlan(location.Root, run) is not { } plan)
        {
            return [];
        }
        var repository = await services.Repositories.OpenAsync(location.Root);
        var folder = new RunFolder(location.Root, run.RunId);
        var preferences = TiedTaskResultDecisionStore.Read(RunPlanCache.TryRead(location.Root, run));
        var picked = new List<BestTaskResult>();
        foreach (
            var (_, ranking) in await new IdenticalTaskResultRanker(repository, folder, run.BaseCommit).RankAsync(plan, run.Tasks, stop)
        )
        {
            var decided = ranking.With(preferences);
            picked.Add(new BestTaskResult(decided, await MoveAsync(repository, run, decided.Results[0], stop)));
        }
        return picked;
    }

    private static async Task<string> MoveAsync(GitRepository repository, RunStatus run, RankedTaskResult best, CancellationToken stop)
    {
        var branch = run.BranchOf(best.Task);
        if (!best.IsVerified || branch.Length == 0)
        {
            return "";
        }
        var refs = new RefStore(repository);
        // The branches are named NAME-1, NAME-2 and so on, where NAME is the name of the result.
        var dash = branch.LastIndexOf('-');
        var name = $"refs/heads/{branch[..dash].Replace("/t/", "/picked/", StringComparison.Ordinal)}";
        var before = await refs.ReadAsync(name, stop);
        return before == best.Commit || (await refs.UpdateAsync([new RefChange(name, best.Commit, before)], "picked", stop)).Done
            ? RunRefNameBuilder.Label(name)
            : throw new GitException($"{name} was moved by another program while a result was picked.");
    }
}
