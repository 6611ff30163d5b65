using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Merging.Picking;

/// <summary>Ranks the results of those tasks of a run that have the same text.</summary>
/// <param name="repository">The repository.</param>
/// <param name="folder">Folder of the run, which contains the evidence of gates.</param>
/// <param name="baseCommit">Commit from which all tasks started.</param>
public sealed class IdenticalTaskResultRanker(GitRepository repository, RunFolder folder, string baseCommit)
{
    /// <summary>Ranks the results of each group of tasks that have the same text.</summary>
    /// <param name="plan">Plan of the run.</param>
    /// <param name="tasks">Status of the run's tasks.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>The text of each group, with the ranking of its results.</returns>
    public async Task<IReadOnlyList<(string Text, RankedIdenticalTaskResultList Ranking)>> RankAsync(
        Plan plan,
        IReadOnlyList<TaskProgress> tasks,
        CancellationToken stop
    )
    {
        var known = tasks.ToDictionary(task => task.Id, StringComparer.Ordinal);
        var ranked = new List<(string, RankedIdenticalTaskResultList)>();
        var alike = plan
            .Tasks.GroupBy(task => task.Text, StringComparer.Ordinal)
            .Select(same => (same.Key, Tasks: same.Select(task => known.GetValueOrDefault(task.Id)).OfType<TaskProgress>().ToList()))
            .Where(same => same.Tasks.Count > 1);
        foreach (var (text, same) in alike)
        {
            var results = new List<RankedTaskResult>();
            foreach (var task in same)
            {
                results.Add(await ResultAsync(task, stop));
            }
            ranked.Add((text, RankedIdenticalTaskResultList.Of(results)));
        }
        return ranked;
    }

    private async Task<RankedTaskResult> ResultAsync(TaskProgress task, CancellationToken stop)
    {
        var commit = task.Commit.Length == 0 ? null : await new GitCommitReaderAndWriter(repository).ReadAsync(task.Commit, stop);
        var lines = commit is null
            ? 0
            : (await new GitDiffReader(repository).CountLinesAsync(baseCommit, task.Commit, cancellationToken: stop)).Values.Sum();
        var verdicts = GateEvidence.Read(folder, task.Id, task.Attempt);
        return new RankedTaskResult(
            task.Id,
            TaskStateNames.IsGoodEnd(task.State) && commit is not null,
            task.Gates ?? new GateSummary(),
            (task.Measurements ?? []).Count(measurement => !measurement.Met),
            // Evidence that was changed counts more than any anomaly in it.
            verdicts?.Sum(verdict => verdict.Anomalies.Count) ?? int.MaxValue,
            lines,
            commit?.Tree ?? ""
        )
        {
            Commit = task.Commit,
        };
    }
}
