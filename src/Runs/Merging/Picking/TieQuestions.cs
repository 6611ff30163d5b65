namespace Orchestrator.Runs.Merging.Picking;

/// <summary>Results of the same task that the evidence rates equally.</summary>
/// <param name="Text">Text of the task.</param>
/// <param name="Results">The results, the smallest change first.</param>
public sealed record ResultTie(string Text, IReadOnlyList<TieCandidate> Results);

/// <summary>One of several equally rated results.</summary>
/// <param name="Task">Id of the result's task.</param>
/// <param name="Commit">Commit of the result.</param>
public sealed record TieCandidate(string Task, string Commit);

/// <summary>Questions to a run's reviewer, stored with the files that affect the run's decisions.</summary>
/// <param name="Base">The commit that all results started from.</param>
/// <param name="Ties">One tie per question.</param>
internal sealed record TieQuestions(string Base, IReadOnlyList<ResultTie> Ties)
{
    /// <summary>Reads the questions; null if the reviewer reviews the whole change instead.</summary>
    public static TieQuestions? Read(RunFiles run) =>
        run.Decisions?.TryRead(run.Folder, NameOf(run.Folder)) is { } json
            ? JsonSerializer.Deserialize<TieQuestions>(json, MessageJson.Options)
            : null;

    /// <summary>Stores the questions about tied results.</summary>
    /// <returns>The new hash of the files that affect the run's decisions.</returns>
    public string Store(RunFiles run)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options);
        return run.Decisions!.With(run.Folder, NameOf(run.Folder), json).Store(run.Folder);
    }

    private static string NameOf(RunFolder folder) => RunFiles.Named(folder, folder.Review("ties.json"));
}
