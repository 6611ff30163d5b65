namespace Orchestrator.Runs.Merging.Picking;

/// <summary>Results of the same task that the evidence rates equally.</summary>
/// <param name="Text">The text of the task.</param>
/// <param name="Results">The tied results, smallest change first.</param>
public sealed record ResultTie(string Text, IReadOnlyList<ResultTieCandidate> Results);

/// <summary>One of several results that the evidence rates equally.</summary>
/// <param name="Task">Id of the task with the result.</param>
/// <param name="Commit">Hash of the result's commit.</param>
public sealed record ResultTieCandidate(string Task, string Commit);

/// <summary>
/// Stores the ties that the run's reviewer must decide together with the other files on which the run's decisions depend.
/// </summary>
/// <param name="Base">Commit from which all tasks started.</param>
/// <param name="Ties">The ties, one for each question.</param>
internal sealed record ResultTieStore(string Base, IReadOnlyList<ResultTie> Ties)
{
    /// <summary>Reads the stored ties between results. Returns null if the reviewer reviews the whole change instead.</summary>
    public static ResultTieStore? Read(RunFiles run) =>
        run.Decisions?.TryRead(run.Folder, NameOf(run.Folder)) is { } json
            ? JsonSerializer.Deserialize<ResultTieStore>(json, MessageJson.Options)
            : null;

    /// <summary>Stores the ties between results.</summary>
    /// <returns>The new hash of the list of files that affect the run's decisions.</returns>
    public string Store(RunFiles run)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options);
        return run.Decisions!.With(run.Folder, NameOf(run.Folder), json).Store(run.Folder);
    }

    private static string NameOf(RunFolder folder) => RunFiles.Named(folder, folder.Review("ties.json"));
}
