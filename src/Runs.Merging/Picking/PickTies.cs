namespace Orchestrator.Runs.Merging.Picking;

/// <summary>Results of one task between which evidence does not decide.</summary>
/// <param name="Text">What the agents were asked to do.</param>
/// <param name="Results">The results, the smallest first.</param>
public sealed record PickTie(string Text, IReadOnlyList<TiedResult> Results);

/// <summary>One of them.</summary>
/// <param name="Task">Its task.</param>
/// <param name="Commit">Its commit.</param>
public sealed record TiedResult(string Task, string Commit);

/// <summary>The question to a run's reviewer, as one of the run's decisions.</summary>
/// <param name="Base">The commit that all began from.</param>
/// <param name="Ties">One for each question.</param>
internal sealed record PickTies(string Base, IReadOnlyList<PickTie> Ties)
{
    /// <summary>Reads them; null: the run's reviewer is asked about the whole change.</summary>
    public static PickTies? Read(RunFiles run) =>
        run.Decisions?.TryRead(run.Folder, NameOf(run.Folder)) is { } json
            ? JsonSerializer.Deserialize<PickTies>(json, MessageJson.Options)
            : null;

    /// <summary>Stores them.</summary>
    /// <returns>The run's hash with them.</returns>
    public string Store(RunFiles run)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options);
        return run.Decisions!.With(run.Folder, NameOf(run.Folder), json).Store(run.Folder);
    }

    private static string NameOf(RunFolder folder) => RunFiles.Named(folder, folder.Review("ties.json"));
}
