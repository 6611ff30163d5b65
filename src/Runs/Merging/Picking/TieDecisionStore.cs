namespace Orchestrator.Runs.Merging.Picking;

/// <summary>The reviewer's choice among results that the evidence rates equally.</summary>
/// <param name="Commit">Commit of the preferred result.</param>
/// <param name="Task">Id of the preferred result's task.</param>
/// <param name="Others">Ids of the other results' tasks.</param>
/// <param name="Why">The reviewer's reason.</param>
/// <param name="Reviewer">Agent and model of the reviewer.</param>
internal sealed record TieDecision(string Commit, string Task, IReadOnlyList<string> Others, string Why, string Reviewer);

/// <summary>Choices of a run's reviewer among equal results, stored with the files that affect the run's decisions.</summary>
/// <param name="Preferences">One choice per question.</param>
internal sealed record TieDecisionStore(IReadOnlyList<TieDecision> Preferences)
{
    /// <summary>Reads the reviewer's choices among results.</summary>
    /// <param name="run">The run's files, or null if it has none.</param>
    /// <returns>The choices; empty if no question was asked.</returns>
    public static IReadOnlyList<TieDecision> Read(RunFiles? run) =>
        run?.Decisions?.TryRead(run.Folder, NameOf(run.Folder)) is { } json
            ? JsonSerializer.Deserialize<TieDecisionStore>(json, MessageJson.Options)!.Preferences
            : [];

    /// <summary>Stores the choices as JSON and as Markdown.</summary>
    /// <returns>The updated run, and the path of the Markdown file relative to the repository.</returns>
    public (RunFiles Run, string Evidence) Store(RunFiles run)
    {
        var text = new MarkdownText().Append($"# Results with equal evidence\n");
        foreach (var one in Preferences)
        {
            text.Append($"\n- {one.Reviewer} prefers **{one.Task}** to {string.Join(", ", one.Others)}: {one.Why}\n");
        }
        var file = run.Folder.Review("picked.md");
        DurableFile.Write(file, Encoding.UTF8.GetBytes(text.ToString()));
        var json = JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options);
        var decisions = run.Decisions!.With(run.Folder, NameOf(run.Folder), json);
        return (run with { Decisions = decisions }, run.Folder.Relative(file));
    }

    private static string NameOf(RunFolder folder) => RunFiles.Named(folder, folder.Review("picked.json"));
}
