namespace Orchestrator.Runs.Merging.Picking;

/// <summary>The result that the reviewer prefers of several between which evidence does not decide.</summary>
/// <param name="Commit">The result.</param>
/// <param name="Task">Its task.</param>
/// <param name="Others">The tasks of the other ones.</param>
/// <param name="Why">The reviewer's words.</param>
/// <param name="Reviewer">Agent and model.</param>
internal sealed record Preference(string Commit, string Task, IReadOnlyList<string> Others, string Why, string Reviewer);

/// <summary>The answer of a run's reviewer about equal results, as one of the run's decisions.</summary>
/// <param name="Preferences">One for each question.</param>
internal sealed record PickRecord(IReadOnlyList<Preference> Preferences)
{
    /// <summary>Reads it.</summary>
    /// <param name="run">The run's files; null: it has none.</param>
    /// <returns>Empty: nothing was asked.</returns>
    public static IReadOnlyList<Preference> Read(RunFiles? run) =>
        run?.Decisions?.TryRead(run.Folder, NameOf(run.Folder)) is { } json
            ? JsonSerializer.Deserialize<PickRecord>(json, MessageJson.Options)!.Preferences
            : [];

    /// <summary>Stores it, for programs and for people.</summary>
    /// <returns>The run, which has it from now on, and the file for people, relative to the repository.</returns>
    public (RunFiles Run, string Evidence) Store(RunFiles run)
    {
        var text = new MarkdownText().Append($"# Results between which evidence does not decide\n");
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
