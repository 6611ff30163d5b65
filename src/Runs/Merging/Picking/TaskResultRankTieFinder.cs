using Orchestrator.Runs.Merging.ReviewMaterial;

namespace Orchestrator.Runs.Merging.Picking;

/// <summary>Finds results that the evidence rates equally, so that the run's reviewer can choose among them.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class TaskResultRankTieFinder(RunServiceBundle services)
{
    /// <summary>Maximum number of results in one question to the reviewer.</summary>
    private const int MostResults = 8;

    /// <summary>Finds and stores the ties between the results of a run's tasks. A repeated call finds the same ties.</summary>
    /// <param name="input">The run and its results.</param>
    /// <param name="stop">Cancels git.</param>
    public async Task<TiedTaskResultSearchResult> FindAsync(CompareIdenticalTasksInput input, CancellationToken stop)
    {
        var run = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(run);
        var comparison = new IdenticalTaskResultRanker(repository, run.Folder, input.BaseCommit);
        var (ties, notes) = (new List<TiedTaskResultGroup>(), new List<string>());
        foreach (var (text, ranking) in await comparison.RankAsync(run.Plan, input.Results, stop))
        {
            if (ranking.Tied.Take(MostResults).ToList() is not { Count: > 1 } tied)
            {
                continue;
            }
            var tie = new TiedTaskResultGroup(text, [.. tied.Select(result => new TiedTaskResult(result.Task, result.Commit))]);
            if (await ChangesAsync(repository, input.BaseCommit, tie, stop) is null)
            {
                notes.Add($"{string.Join(", ", tied.Select(result => result.Task))} are too large to be compared by the reviewer");
                continue;
            }
            ties.Add(tie);
        }
        if (ties.Count > 0 && await new AvailableReviewerFinder(services).FindAsync(run, stop) is { Fault.Length: > 0 } unable)
        {
            notes.Add(unable.Fault.TrimEnd('.'));
            ties.Clear();
        }
        return new TiedTaskResultSearchResult(ties.Count)
        {
            PlanHash = ties.Count == 0 ? input.PlanHash : new TiedTaskResultStore(input.BaseCommit, ties).Store(run),
            Notes = notes,
        };
    }

    /// <summary>
    /// Reads the files that each tied result changed. Returns null if they are too large for one question to the reviewer.
    /// </summary>
    public static async Task<IReadOnlyList<IReadOnlyList<ReviewedFile>>?> ChangesAsync(
        GitRepository repository,
        string baseCommit,
        TiedTaskResultGroup tie,
        CancellationToken stop
    )
    {
        var changes = new List<IReadOnlyList<ReviewedFile>>();
        foreach (var result in tie.Results)
        {
            if (await ReviewDiff.ReadAsync(repository, baseCommit, result.Commit, stop) is not { } files)
            {
                return null;
            }
            changes.Add(files);
        }
        return changes.Sum(files => files.Sum(file => (long)file.Text.Length)) <= ReviewDiff.LargestPart ? changes : null;
    }
}
