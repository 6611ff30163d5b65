namespace Orchestrator.Runs.Merging.Picking;

/// <summary>Results of the same task that the evidence rates equally.</summary>
/// <param name="Text">The text of the task.</param>
/// <param name="Results">The tied results, smallest change first.</param>
public sealed record TiedTaskResultGroup(string Text, IReadOnlyList<TiedTaskResult> Results);

/// <summary>One of several results that the evidence rates equally.</summary>
/// <param name="Task">Id of the task with the result.</param>
/// <param name="Commit">Hash of the result's commit.</param>
public sealed record TiedTaskResult(string Task, string Commit);

/// <summary>
/// Stores the tied results among which the run's reviewer must choose. The file with these results is one of those that affect the run's
/// decisions.
/// </summary>
/// <param name="Base">Commit from which all tasks started.</param>
/// <param name="Ties">The ties, one for each question.</param>
internal sealed record TiedTaskResultStore(string Base, IReadOnlyList<TiedTaskResultGroup> Ties)
{
    /// <summary>
    /// Reads the stored groups of tied results. Returns null if there are none, which means that the reviewer reviews the whole change
    /// instead.
    /// </summary>
    public static TiedTaskResultStore? Read(RunPlanAndSettings run) =>
        run.Decisions?.TryRead(run.Folder, NameOf(run.Folder)) is { } json
            ? JsonSerializer.Deserialize<TiedTaskResultStore>(json, PayloadJsonOptions.Options)
            : null;

    /// <summary>Stores the ties between results.</summary>
    /// <returns>The new hash of the list of files that affect the run's decisions.</returns>
    public string Store(RunPlanAndSettings run)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, PayloadJsonOptions.Options);
        return run.Decisions!.With(run.Folder, NameOf(run.Folder), json).Store(run.Folder);
    }

    private static string NameOf(RunFolder folder) => RunPlanAndSettings.Named(folder, folder.Review("ties.json"));
}
