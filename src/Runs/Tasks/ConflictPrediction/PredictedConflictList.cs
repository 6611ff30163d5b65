namespace Orchestrator.Runs.Tasks.ConflictPrediction;

/// <summary>Lists predicted conflicts for display.</summary>
public static class PredictedConflictList
{
    private const int MostFiles = 20;

    /// <summary>Returns the predicted conflicts between unmerged tasks of a run.</summary>
    /// <param name="repository">Absolute path of the repository.</param>
    /// <param name="run">Status of the run with all its tasks.</param>
    public static IReadOnlyList<PredictedConflict> Of(string repository, RunStatus run)
    {
        var open = run.Tasks.Where(task => !TaskStateNames.IsEnd(task.State)).Select(task => task.Id).ToHashSet(StringComparer.Ordinal);
        return RunStateNames.IsFinal(run.State)
            ? []
            :
            [
                .. PredictedConflicts
                    .All(new RunFolder(repository, run.RunId))
                    .Where(result => open.Contains(result.First) && open.Contains(result.Second))
                    .Select(result => new PredictedConflict(result.First, result.Second, [.. result.Files.Take(MostFiles)], result.At)),
            ];
    }
}
