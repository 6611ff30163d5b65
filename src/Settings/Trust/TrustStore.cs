using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Settings;

/// <summary>The repositories that a person trusts on this machine; stored for the user, never in the repository. When a repository's items
/// change, the person is asked again.</summary>
/// <param name="file">Path of <c>trust.json</c>.</param>
/// <param name="clock">The clock; by default the system's.</param>
public sealed class TrustStore(string file, TimeProvider? clock = null)
{
    private static readonly TimeSpan RunsAreKept = TimeSpan.FromDays(90);
    private readonly TimeProvider _time = clock ?? TimeProvider.System;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    // Trusted only as long as this process runs.
    private readonly ConcurrentDictionary<string, string> _granted = new(StringComparer.Ordinal);

    /// <summary>The user's file, beside the user's settings.</summary>
    public static TrustStore OfUser(IReadOnlyDictionary<string, string> environment) =>
        new(Path.Combine(Path.GetDirectoryName(SettingsFiles.UserFile(environment))!, "trust.json"));

    /// <summary>True where this repository, or this run of it, was ever trusted.</summary>
    public bool Knows(string repository, string? runId)
    {
        var known = Read();
        return _granted.ContainsKey(repository)
            || known.Repositories.ContainsKey(repository)
            || (runId is not null && known.Runs.ContainsKey(RunKey(repository, runId)));
    }

    /// <summary>True when exactly these items were trusted: for the repository, for this run of it (<c>run --yes</c>), or for this
    /// process.</summary>
    public bool IsTrusted(string repository, TrustQuestion question, string? runId = null)
    {
        var known = Read();
        var wanted = question.Fingerprint;
        return question.Items.Count == 0
            || (known.Repositories.TryGetValue(repository, out var always) && always == wanted)
            || (runId is not null && known.Runs.TryGetValue(RunKey(repository, runId), out var once) && once.Split(' ')[0] == wanted)
            || (_granted.TryGetValue(repository, out var now) && now == wanted);
    }

    /// <summary>Stores trust for the repository.</summary>
    public void Trust(string repository, TrustQuestion question) =>
        Change(known => known with { Repositories = With(known.Repositories, repository, question.Fingerprint) });

    /// <summary>Stores trust for one run of the repository, so that it can be worked on and resumed as it was started.</summary>
    public void TrustForRun(string repository, string runId, TrustQuestion question) =>
        Change(known => known with { Runs = With(Recent(known.Runs), RunKey(repository, runId), $"{question.Fingerprint} {Today()}") });

    /// <summary>Trusts for this process alone (<c>worker --yes</c>).</summary>
    public void Grant(string repository, TrustQuestion question) => _granted[repository] = question.Fingerprint;

    private static string RunKey(string repository, string runId) => $"{repository}#{runId}";

    private string Today() => Day(_time.GetUtcNow());

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Trust for single runs is removed after a while, otherwise the file would grow for ever; the person is asked again when such
    /// a run is resumed.</summary>
    private Dictionary<string, string> Recent(IReadOnlyDictionary<string, string> runs)
    {
        var first = Day(_time.GetUtcNow() - RunsAreKept);
        return runs.Where(run => run.Value.Split(' ') is [_, var day] && string.CompareOrdinal(day, first) >= 0)
            .ToDictionary(StringComparer.Ordinal);
    }

    private static SortedDictionary<string, string> With(IReadOnlyDictionary<string, string> known, string key, string value) =>
        new(known.ToDictionary(), StringComparer.Ordinal) { [key] = value };

    // Under a lock: two runs that begin at once must not overwrite each other's entry.
    private void Change(Func<TrustFile, TrustFile> change)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var held = Lock();
        var aside = $"{file}.{Guid.NewGuid():N}";
        File.WriteAllText(aside, JsonSerializer.Serialize(change(Read()), TrustJson.Default.TrustFile) + "\n");
        File.Move(aside, file, overwrite: true);
    }

    private FileStream Lock()
    {
        var began = Environment.TickCount64;
        while (true)
        {
            try
            {
                return new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException) when (TimeSpan.FromMilliseconds(Environment.TickCount64 - began) < LockPatience)
            {
                Thread.Sleep(5);
            }
        }
    }

    // An unreadable file trusts nothing: the person is asked again.
    private TrustFile Read()
    {
        try
        {
            return File.Exists(file)
                ? JsonSerializer.Deserialize(File.ReadAllText(file), TrustJson.Default.TrustFile) ?? new TrustFile()
                : new TrustFile();
        }
        catch (JsonException)
        {
            return new TrustFile();
        }
    }
}

internal sealed record TrustFile
{
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; set; } = 1;

    /// <summary>Hash of the trusted items by root of a repository.</summary>
    [JsonPropertyName("repositories")]
    public IReadOnlyDictionary<string, string> Repositories { get; set; } = new Dictionary<string, string>();

    /// <summary>Hash of the items trusted for one run, and the day, by root of a repository, <c>#</c> and the run's id.</summary>
    [JsonPropertyName("runs")]
    public IReadOnlyDictionary<string, string> Runs { get; set; } = new Dictionary<string, string>();
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(TrustFile))]
internal sealed partial class TrustJson : JsonSerializerContext;
