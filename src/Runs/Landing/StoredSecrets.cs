using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Git.Program;
using Orchestrator.Messages;
using Orchestrator.Processes;
using Orchestrator.QualityGates.Secrets;

namespace Orchestrator.Runs.Landing;

/// <summary>An added line that has what looks like a secret, without it.</summary>
/// <param name="File">Its file.</param>
/// <param name="Line">Its number; 0: it is about no line.</param>
/// <param name="Kind">What it looks like, for people.</param>
/// <param name="Text">What stands before it.</param>
internal sealed record SecretFinding(string File, int Line, string Kind, string Text)
{
    /// <summary>What tells it from others, wherever the line has moved to.</summary>
    [JsonIgnore]
    public (string, string, string) Key => (File, Kind, Text);

    public override string ToString() => Line > 0 ? $"{FileNames.Show(File)}:{Line} ({Kind})" : $"{FileNames.Show(File)} ({Kind})";
}

/// <summary>What was found when a run was to land, as it is kept in its folder.</summary>
internal sealed record StoredSecrets
{
    /// <summary>Version of this document's shape.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The commit that was looked at.</summary>
    public string Commit { get; init; } = "";

    /// <summary>The asking that it was looked at for.</summary>
    public string Asking { get; init; } = "";

    /// <summary>What nobody has said a word about.</summary>
    public IReadOnlyList<SecretFinding> InTheWay { get; init; } = [];

    /// <summary>What a person lets land.</summary>
    public IReadOnlyList<SecretFinding> Allowed { get; init; } = [];

    /// <summary>Reads it; null where nothing was ever found.</summary>
    public static StoredSecrets? TryRead(RunFolder folder) =>
        DurableFile.TryRead(folder.SecretsJson) is { } json ? JsonSerializer.Deserialize<StoredSecrets>(json, MessageJson.Options) : null;

    /// <summary>Writes it, for programs and for people.</summary>
    public void Write(RunFolder folder)
    {
        var text = new StringBuilder($"What looks like secrets in what is to land (at {Commit[..12]}):\n");
        foreach (
            var (finding, standing) in InTheWay.Select(f => (f, "in the way")).Concat(Allowed.Select(f => (f, "a person lets it land")))
        )
        {
            text.Append($"- {standing}: {finding}: {FileNames.Show(finding.Text)} [redacted]\n");
        }
        if (InTheWay.Count + Allowed.Count == 0)
        {
            text.Append("- nothing any more\n");
        }
        DurableFile.Write(folder.Secrets, text.ToString());
        DurableFile.Write(folder.SecretsJson, JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options));
    }
}
