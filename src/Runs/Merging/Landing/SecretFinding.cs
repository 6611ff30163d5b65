using Orchestrator.Runs.Tasks.Secrets;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>An added line that seems to contain a secret, stored until a user has decided.</summary>
/// <param name="Line">Number of the line, or 0 if the finding has no line.</param>
/// <param name="Kind">Display text of the kind of secret.</param>
/// <param name="Text">The text before the secret.</param>
internal sealed record SecretFinding(string File, int Line, string Kind, string Text) : ILandingFinding
{
    /// <summary>Key of the finding that is equal wherever the line was moved within the file.</summary>
    [JsonIgnore]
    public string Key => $"{File}\0{Kind}\0{Text}";

    /// <summary>Converts the result of a search.</summary>
    public static SecretFinding Of(FoundSecret found) => new(found.File, found.Line, found.Kind, found.Text);

    public override string ToString() => new FoundSecret(File, Line, Kind, Text).ToString();

    /// <summary>Writes the findings as JSON and as Markdown.</summary>
    /// <returns>The files that affect the run's decisions, including the findings.</returns>
    public static DecisionManifest Write(RunFiles files, StoredFindings<SecretFinding> found)
    {
        var folder = files.Folder;
        var text = new MarkdownText().Append($"What looks like secrets in what is to land (at {CommitIds.Shorten(found.Commit)}):\n");
        foreach (
            var (finding, standing) in found
                .InTheWay.Select(f => (f, "in the way"))
                .Concat(found.Allowed.Select(f => (f, "a person lets it land")))
        )
        {
            text.Append($"- {standing}: {finding}: {FileNames.Show(finding.Text)} [redacted]\n");
        }
        if (found.InTheWay.Count + found.Allowed.Count == 0)
        {
            text.Append($"- nothing any more\n");
        }
        DurableFile.Write(folder.Secrets, text.ToString());
        return files.Decisions!.With(folder, RunFiles.Named(folder, folder.SecretsJson), found.ToJson());
    }
}
