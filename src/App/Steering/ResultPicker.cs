using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Runs.Merging.Picking;

namespace Orchestrator.App.Steering;

/// <summary>The best of several results of one task, with the branch that points to it.</summary>
/// <param name="Results">One phrase for each result with the task's id and the evidence, sorted from best to worst.</param>
/// <param name="Best">Id of the task with the best result.</param>
/// <param name="Reason">The criterion that decided, or empty if the results are rated equally.</param>
/// <param name="Branch">Name of the branch, or empty if no result can be picked.</param>
public sealed record BestTaskResult(IReadOnlyList<string> Results, string Best, string Reason, string Branch);

/// <summary>Picks the best result of each task that several agents worked on independently. The other results are left unchanged.</summary>
/// <param name="location">The repository.</param>
/// <param name="context">Provides the services of this machine.</param>
public sealed class ResultPicker(LocalRepositoryPaths location, UseCaseServiceBundle context)
{
    private readonly RunServiceBundle _services = context.Services;

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
        var repository = await _services.Repositories.OpenAsync(location.Root);
        var folder = new RunFolder(location.Root, run.RunId);
        var preferences = TiedTaskResultDecisionStore.Read(RunPlanCache.TryRead(location.Root, run));
        var picked = new List<BestTaskResult>();
        foreach (
            var (_, ranking) in await new IdenticalTaskResultRanker(repository, folder, run.BaseCommit).RankAsync(plan, run.Tasks, stop)
        )
        {
            var decided = ranking.With(preferences);
            var best = decided.Results[0];
            var branch = await MoveAsync(repository, run, best, stop);
            picked.Add(new BestTaskResult([.. decided.Results.Select(Describe)], best.Task, decided.Reason, branch));
        }
        return picked;
    }

    private static string Describe(RankedTaskResult result) =>
        $"{result.Task}: {(result.IsVerified ? "" : "failed, ")}gates: {GateVerdictFormatter.Count(result.Gates)}, "
        + $"{(result.Missed > 0 ? $"{Plural.Of(result.Missed, "measurement")} missed, " : "")}"
        + $"{(result.Anomalies > 0 ? "gates with anomalies, " : "")}{Plural.Of(result.Lines, "line")}";

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
