using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Settings;

namespace Orchestrator.Local;

/// <summary>Something that a repository's own files want to run, or allow, on this machine.</summary>
/// <param name="Setting">Name of the setting.</param>
/// <param name="Value">Its value as it stands in the file.</param>
/// <param name="Source">File and line.</param>
public sealed record TrustItem(string Setting, string Value, string Source)
{
    private static readonly string[] Names = ["worktrees.setup", "worktrees.env", "permissions.mode", "permissions.allow", "permissions.sandbox", "planner.url"];

    /// <summary>What the settings take from the repository's files and a person must have agreed to: agent commands, MCP servers, set-up, permissions, where a key is sent.</summary>
    public static IReadOnlyList<TrustItem> Of(SettingsResult settings) =>
    [
        .. settings.Values
            .Where(value => value.Source.Kind is SettingSourceKind.RepositoryFile or SettingSourceKind.DotEnv && value.Value != value.DefaultValue)
            .Where(value => Array.IndexOf(Names, value.Name) >= 0
                || (value.Name.StartsWith("agents.", StringComparison.Ordinal) && (value.Name.EndsWith(".command", StringComparison.Ordinal) || value.Name.EndsWith(".mcp", StringComparison.Ordinal))))
            .Select(value => new TrustItem(value.Name, value.Value, value.Source.ToString())),
    ];
}

/// <summary>Which repositories may run their own commands here; kept for the user, never in the repository. A change asks again.</summary>
/// <param name="file">Path of <c>trust.json</c>.</param>
public sealed class TrustStore(string file)
{
    /// <summary>The user's file, beside the user's settings.</summary>
    public static TrustStore OfUser(IReadOnlyDictionary<string, string> environment) =>
        new(Path.Combine(Path.GetDirectoryName(SettingsFiles.UserFile(environment))!, "trust.json"));

    /// <summary>True when exactly these items were trusted for this repository, or there are none.</summary>
    public bool IsTrusted(string repository, IReadOnlyList<TrustItem> items) =>
        items.Count == 0 || (Read().Repositories.TryGetValue(repository, out var trusted) && trusted == Fingerprint(items));

    /// <summary>True when exactly these items were trusted for this run of the repository (<c>run --yes</c>), so that it can be resumed as it was started.</summary>
    public bool IsTrustedForRun(string repository, string runId, IReadOnlyList<TrustItem> items) =>
        Read().Runs.TryGetValue(RunKey(repository, runId), out var trusted) && trusted == Fingerprint(items);

    /// <summary>Remembers that these items may run for this repository.</summary>
    public void Trust(string repository, IReadOnlyList<TrustItem> items)
    {
        var known = Read();
        Write(known with { Repositories = With(known.Repositories, repository, Fingerprint(items)) });
    }

    /// <summary>Remembers that these items may run for one run of this repository.</summary>
    public void TrustForRun(string repository, string runId, IReadOnlyList<TrustItem> items)
    {
        if (items.Count == 0)
            return;
        var known = Read();
        Write(known with { Runs = With(known.Runs, RunKey(repository, runId), Fingerprint(items)) });
    }

    private static string RunKey(string repository, string runId) => $"{repository}#{runId}";

    private static SortedDictionary<string, string> With(IReadOnlyDictionary<string, string> known, string key, string value) =>
        new(known.ToDictionary(), StringComparer.Ordinal) { [key] = value };

    private void Write(TrustFile changed)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var aside = $"{file}.{Guid.NewGuid():N}";
        File.WriteAllText(aside, JsonSerializer.Serialize(changed, TrustJson.Default.TrustFile) + "\n");
        File.Move(aside, file, overwrite: true);
    }

    // A file that can't be read trusts nothing: the person is asked again.
    private TrustFile Read()
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllText(file), TrustJson.Default.TrustFile) ?? new TrustFile() : new TrustFile();
        }
        catch (JsonException)
        {
            return new TrustFile();
        }
    }

    private static string Fingerprint(IReadOnlyList<TrustItem> items)
    {
        var text = string.Join('\n', items.Select(item => item.Setting + '\0' + item.Value).Order(StringComparer.Ordinal));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}

internal sealed record TrustFile
{
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Root of a repository to the hash of what was trusted.</summary>
    [JsonPropertyName("repositories")]
    public IReadOnlyDictionary<string, string> Repositories { get; init; } = new Dictionary<string, string>();

    /// <summary>Root of a repository, <c>#</c> and a run's id to the hash of what was trusted for that run alone.</summary>
    [JsonPropertyName("runs")]
    public IReadOnlyDictionary<string, string> Runs { get; init; } = new Dictionary<string, string>();
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(TrustFile))]
internal sealed partial class TrustJson : JsonSerializerContext;
