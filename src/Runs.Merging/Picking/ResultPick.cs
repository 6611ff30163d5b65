using Orchestrator.Git.Refs;
using Orchestrator.Runs.Gates;
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
    /// <summary>Ranks the results of a run's tasks with the same text, and moves a branch to the best of each.</summary>
    /// <param name="run">The run with all its tasks.</param>
    /// <param name="stop">Gives up; repeated, it does the same.</param>
    public async Task<IReadOnlyList<PickedResult>> PickAsync(RunStatus run, CancellationToken stop)
    {
        var repository = await services.Repositories.OpenAsync(location.Root);
        var picked = new List<PickedResult>();
        var alike = (DecidedPlan.TryRead(location.Root, run)?.Tasks ?? [])
            .GroupBy(task => task.Prompt ?? task.Description, StringComparer.Ordinal)
            .Select(same => same.Select(task => run.Tasks.FirstOrDefault(one => one.Id == task.Id)).OfType<RunTask>().ToList())
            .Where(same => same.Count > 1);
        foreach (var tasks in alike)
        {
            var results = new List<RankedResult>();
            foreach (var task in tasks)
            {
                results.Add(await ResultAsync(repository, run, task, stop));
            }
            var ranking = ResultRanking.Of(results);
            picked.Add(new PickedResult(ranking, await MoveAsync(repository, run, ranking.Results[0], stop)));
        }
        return picked;
    }

    private async Task<RankedResult> ResultAsync(GitRepository repository, RunStatus run, RunTask task, CancellationToken stop)
    {
        var commit = task.Commit.Length == 0 ? null : await new CommitStore(repository).ReadAsync(task.Commit, stop);
        var lines = commit is null
            ? 0
            : (await new Diffs(repository).CountLinesAsync(run.BaseCommit, task.Commit, cancellationToken: stop)).Values.Sum();
        var verdicts = GateEvidence.Read(new RunFolder(location.Root, run.RunId), task.Id, task.Attempt);
        return new RankedResult(
            task.Id,
            TaskStates.IsGoodEnd(task.State) && commit is not null,
            task.Gates ?? new GateSummary(),
            (task.Measurements ?? []).Count(measurement => !measurement.Met),
            // Evidence that was changed is worse than any oddity in it.
            verdicts?.Sum(verdict => verdict.Oddities.Count) ?? int.MaxValue,
            lines,
            commit?.Tree ?? ""
        );
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
        var tip = run.Tasks.First(task => task.Id == best.Task).Commit;
        var before = await refs.ReadAsync(name, stop);
        return before == tip || (await refs.UpdateAsync([new RefChange(name, tip, before)], "picked", stop)).Done
            ? RunRefs.Shown(name)
            : throw new GitException($"{name} was moved by somebody else while a result was picked.");
    }
}
