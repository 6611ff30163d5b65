using Orchestrator.Runs.Tasks.Secrets;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>A finding that an added line seems to contain a secret. It is stored so that a user can decide about it.</summary>
/// <param name="Line">Line number, or 0 if the finding concerns no single line.</param>
/// <param name="Kind">Kind of secret, as text for users.</param>
/// <param name="Text">Text of the line before the secret.</param>
internal sealed record SuspectedSecretProblem(string File, int Line, string Kind, string Text) : IPreLandingProblem
{
    /// <summary>Key of the finding. It stays the same if the line is moved within the file.</summary>
    [JsonIgnore]
    public string Key => $"{File}\0{Kind}\0{Text}";

    /// <summary>Creates a finding from a secret that a search found.</summary>
    public static SuspectedSecretProblem Of(FoundSecret found) => new(found.File, found.Line, found.Kind, found.Text);

    public override string ToString() => new FoundSecret(File, Line, Kind, Text).ToString();

    /// <summary>Writes the findings as JSON and as Markdown.</summary>
    /// <returns>The list of files that affect the run's decisions, including the findings.</returns>
    public static RunDecisionInputFileHashList Write(RunPlanAndSettings files, PreLandingCheckProblemList<SuspectedSecretProblem> found)
    {
        var folder = files.Folder;
        var text = new EscapingMarkdownBuilder().Append(
            $"Possible secrets in the work to land (at {CommitIdFormatter.Shorten(found.Commit)}):\n"
        );
        foreach (
            var (finding, standing) in found
                .InTheWay.Select(f => (f, "prevents landing"))
                .Concat(found.Allowed.Select(f => (f, "accepted by a user")))
        )
        {
            text.Append($"- {standing}: {finding}: {FileNameEncoding.Show(finding.Text)} [redacted]\n");
        }
        if (found.InTheWay.Count + found.Allowed.Count == 0)
        {
            text.Append($"- none left\n");
        }
        DurableFile.Write(folder.Secrets, text.ToString());
        return files.Decisions!.With(folder, RunPlanAndSettings.Named(folder, folder.SecretsJson), found.ToJson());
    }
}
