namespace Orchestrator.Runs.Merging.Picking;

/// <summary>A reviewer's choice among results that the evidence rates equally.</summary>
/// <param name="Commit">Hash of the preferred result's commit.</param>
/// <param name="Task">Id of the task with the preferred result.</param>
/// <param name="Others">Ids of the tasks with the other results.</param>
/// <param name="Why">Reason that the reviewer gave.</param>
/// <param name="Reviewer">Name of the reviewer's agent, with its model.</param>
public sealed record TiedTaskResultDecision(string Commit, string Task, IReadOnlyList<string> Others, string Why, string Reviewer);

/// <summary>
/// Stores a reviewer's choices among tied results. The file with these choices is one of those that affect the run's decisions.
/// </summary>
/// <param name="Preferences">The choices, one for each tie.</param>
public sealed record TiedTaskResultDecisionStore(IReadOnlyList<TiedTaskResultDecision> Preferences)
{
    /// <summary>Reads the reviewer's stored choices among tied results.</summary>
    /// <param name="run">Files of the run, or null if it has none.</param>
    /// <returns>The choices. Empty if the reviewer was not asked.</returns>
    public static IReadOnlyList<TiedTaskResultDecision> Read(RunPlanAndSettings? run) =>
        run?.Decisions?.TryRead(run.Folder, NameOf(run.Folder)) is { } json
            ? JsonSerializer.Deserialize<TiedTaskResultDecisionStore>(json, PayloadJsonOptions.Options)!.Preferences
            : [];

    /// <summary>Stores the reviewer's choices among tied results as JSON and as Markdown.</summary>
    /// <returns>The run with the stored file, and the path of the Markdown file relative to the repository.</returns>
    public (RunPlanAndSettings Run, string Evidence) Store(RunPlanAndSettings run)
    {
        var text = new EscapingMarkdownBuilder().Append($"# Results with equal evidence\n");
        foreach (var one in Preferences)
        {
            text.Append($"\n- {one.Reviewer} prefers **{one.Task}** to {string.Join(", ", one.Others)}: {one.Why}\n");
        }
        var file = run.Folder.Review("picked.md");
        DurableFile.Write(file, Encoding.UTF8.GetBytes(text.ToString()));
        var json = JsonSerializer.SerializeToUtf8Bytes(this, PayloadJsonOptions.Options);
        var decisions = run.Decisions!.With(run.Folder, NameOf(run.Folder), json);
        return (run with { Decisions = decisions }, run.Folder.Relative(file));
    }

    private static string NameOf(RunFolder folder) => RunPlanAndSettings.Named(folder, folder.Review("picked.json"));
}
