using Orchestrator.Runs.Tasks.Secrets;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>An added line that seems to contain a secret, as it is stored until a person has decided.</summary>
/// <param name="Line">Its number; 0: it is about no line.</param>
/// <param name="Kind">The kind, for people.</param>
/// <param name="Text">The text before it.</param>
internal sealed record SecretFinding(string File, int Line, string Kind, string Text) : ILandingFinding
{
    /// <summary>Identifies it wherever the line was moved.</summary>
    [JsonIgnore]
    public string Key => $"{File}\0{Kind}\0{Text}";

    /// <summary>The finding of what a search has found.</summary>
    public static SecretFinding Of(FoundSecret found) => new(found.File, found.Line, found.Kind, found.Text);

    public override string ToString() => new FoundSecret(File, Line, Kind, Text).ToString();

    /// <summary>Writes the findings, for programs and for people.</summary>
    /// <returns>What the run decides by, with them.</returns>
    public static RunDecisions Write(RunFiles files, StoredFindings<SecretFinding> found)
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
