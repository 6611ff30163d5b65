using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Settings;

/// <summary>
/// Stores which repositories a user trusts on this host. The file belongs to the user and is never inside the repository. If the
/// repository's entries that need trust change, the user is asked again.
/// </summary>
/// <param name="file">Path of <c>trust.json</c>.</param>
/// <param name="clock">Clock, or null for the system's clock.</param>
public sealed class RepositoryTrustStore(string file, TimeProvider? clock = null)
{
    private static readonly TimeSpan RunsAreKept = TimeSpan.FromDays(90);
    private readonly TimeProvider _time = clock ?? TimeProvider.System;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    // Trust that ends with this process.
    private readonly ConcurrentDictionary<string, string> _granted = new(StringComparer.Ordinal);

    /// <summary>Opens the user's trust store, which is next to the user's settings file.</summary>
    public static RepositoryTrustStore OfUser(IReadOnlyDictionary<string, string> environment) =>
        new(Path.Combine(Path.GetDirectoryName(SettingsFiles.UserFile(environment))!, "trust.json"));

    /// <summary>True if the user ever trusted this repository or this run, whatever the repository's files contained then.</summary>
    public bool WasTrusted(string repository, string? runId)
    {
        var known = Read();
        return _granted.ContainsKey(repository)
            || known.Repositories.ContainsKey(repository)
            || (runId is not null && known.Runs.ContainsKey(RunKey(repository, runId)));
    }

    /// <summary>
    /// True if the user has trusted exactly the items in the trust request, or if the request is empty. The trust may apply to the
    /// repository, to this run (<c>run --yes</c>), or to this process.
    /// </summary>
    public bool IsTrusted(string repository, RepositoryTrustRequest question, string? runId = null)
    {
        var known = Read();
        var wanted = question.Fingerprint;
        return question.Items.Count == 0
            || (known.Repositories.TryGetValue(repository, out var always) && always == wanted)
            || (runId is not null && known.Runs.TryGetValue(RunKey(repository, runId), out var once) && once.Split(' ')[0] == wanted)
            || (_granted.TryGetValue(repository, out var now) && now == wanted);
    }

    /// <summary>Records that the user trusts the items in the trust request for the repository.</summary>
    public void Trust(string repository, RepositoryTrustRequest question) =>
        Change(known => known with { Repositories = With(known.Repositories, repository, question.Fingerprint) });

    /// <summary>
    /// Records that the user trusts the items in the trust request for a single run. The run can be resumed later without asking the user
    /// again.
    /// </summary>
    public void TrustForRun(string repository, string runId, RepositoryTrustRequest question) =>
        Change(known => known with { Runs = With(Recent(known.Runs), RunKey(repository, runId), $"{question.Fingerprint} {Today()}") });

    /// <summary>Trusts the items in the trust request until this process ends (<c>worker --yes</c>).</summary>
    public void Grant(string repository, RepositoryTrustRequest question) => _granted[repository] = question.Fingerprint;

    private static string RunKey(string repository, string runId) => $"{repository}#{runId}";

    private string Today() => Day(_time.GetUtcNow());

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>
    /// Returns the trust records of single runs that have not expired. Expired records are dropped, so that the file does not grow without
    /// limit. If the run of a dropped record is resumed later, the user is asked again.
    /// </summary>
    private Dictionary<string, string> Recent(IReadOnlyDictionary<string, string> runs)
    {
        var first = Day(_time.GetUtcNow() - RunsAreKept);
        return runs.Where(run => run.Value.Split(' ') is [_, var day] && string.CompareOrdinal(day, first) >= 0)
            .ToDictionary(StringComparer.Ordinal);
    }

    private static SortedDictionary<string, string> With(IReadOnlyDictionary<string, string> known, string key, string value) =>
        new(known.ToDictionary(), StringComparer.Ordinal) { [key] = value };

    // A lock ensures that two runs that start at the same time do not overwrite each other's entries.
    private void Change(Func<RepositoryTrustFile, RepositoryTrustFile> change)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var held = Lock();
        var temporary = $"{file}.{Guid.NewGuid():N}";
        File.WriteAllText(
            temporary,
            JsonSerializer.Serialize(change(Read()), RepositoryTrustJsonContext.Default.RepositoryTrustFile) + "\n"
        );
        File.Move(temporary, file, overwrite: true);
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

    // An unreadable file grants no trust, so the user is asked again.
    private RepositoryTrustFile Read()
    {
        try
        {
            return File.Exists(file)
                ? JsonSerializer.Deserialize(File.ReadAllText(file), RepositoryTrustJsonContext.Default.RepositoryTrustFile)
                    ?? new RepositoryTrustFile()
                : new RepositoryTrustFile();
        }
        catch (JsonException)
        {
            return new RepositoryTrustFile();
        }
    }
}

internal sealed record RepositoryTrustFile
{
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; set; } = 1;

    /// <summary>Hash of the trusted items, by repository root.</summary>
    [JsonPropertyName("repositories")]
    public IReadOnlyDictionary<string, string> Repositories { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// Hash of the items that were trusted for a single run, followed by the date of that decision. The key has the form
    /// <c>ROOT#RUN_ID</c>, where <c>ROOT</c> is the root folder of the repository.
    /// </summary>
    [JsonPropertyName("runs")]
    public IReadOnlyDictionary<string, string> Runs { get; set; } = new Dictionary<string, string>();
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(RepositoryTrustFile))]
internal sealed partial class RepositoryTrustJsonContext : JsonSerializerContext;
