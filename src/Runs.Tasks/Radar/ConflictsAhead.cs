namespace Orchestrator.Runs.Tasks.Radar;

/// <summary>Predicted conflicts for screens.</summary>
public static class ConflictsAhead
{
    private const int MostFiles = 20;

    /// <summary>The predicted conflicts of a run between tasks that are both not merged yet.</summary>
    /// <param name="repository">Absolute path of the repository.</param>
    /// <param name="run">The run with all its tasks.</param>
    public static IReadOnlyList<ConflictAhead> Of(string repository, RunStatus run)
    {
        var open = run.Tasks.Where(task => !TaskStates.IsEnd(task.State)).Select(task => task.Id).ToHashSet(StringComparer.Ordinal);
        return RunStates.IsFinal(run.State)
            ? []
            :
            [
                .. ComingConflicts
                    .All(new RunFolder(repository, run.RunId))
                    .Where(result => open.Contains(result.First) && open.Contains(result.Second))
                    .Select(result => new ConflictAhead(result.First, result.Second, [.. result.Files.Take(MostFiles)], result.At)),
            ];
    }
}
