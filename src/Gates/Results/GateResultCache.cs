using System.Text.Json;

namespace Orchestrator.Gates.Results;

/// <summary>
/// <para>Caches gate results in the repository's cache folder, one file per result. Task verification, merges, landing, later runs and
/// <c>orchestrate verify</c> share the cache. <see cref="GateResultStore"/> prunes the cache. Entries older than <see cref="MaxAge"/> are
/// ignored, and the oldest entries beyond <see cref="MaxEntries"/> are removed.</para>
/// <para>Only passing results are kept. A failure could outlive causes that are not part of the key, such as a stopped service, a full disk
/// or a used port. A user who fixes such a cause expects the gate to run. Failures are rare, and a rerun detects flaky gates. A passing
/// result can only be wrong if the same files in the same environment may also fail. Such a gate is flaky, and flaky gates are not cached
/// (<see cref="GateResultStore"/>).</para></summary>
/// <param name="folder">Folder of the cache.</param>
/// <param name="time">Clock for the age of entries.</param>
public sealed class GateResultCache(string folder, TimeProvider time)
{
    /// <summary>
    /// Maximum age of a usable result. The age is limited because no key covers system libraries, services or the calendar.
    /// </summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(14);

    /// <summary>Maximum number of results. A result has a size of about 10 KB.</summary>
    public const int MaxEntries = 4000;

    private static readonly TimeSpan LongestWrite = TimeSpan.FromHours(1);

    /// <summary>Returns the verdict stored for a key. Null if it is missing, too old or damaged, in which case the gate must run.</summary>
    public GateVerdict? Find(string key)
    {
        try
        {
            return
                StoredJsonReader.TryRead(PathOf(key), GateVerdictJsonContext.Default.GateVerdict) is { Passed: true, At: { } at } verdict
                && time.GetUtcNow() - at is var age
                && age < MaxAge
                && age > -LongestWrite
                ? verdict
                : null;
        }
        catch (Exception damaged) when (damaged is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Stores a verdict atomically.</summary>
    /// <param name="key">Key of the question that the verdict answers (<see cref="GateResultQuery.Key"/>).</param>
    /// <exception cref="IOException">The verdict can't be written, for example on a full disk.</exception>
    public void Store(string key, GateVerdict verdict) =>
        DurableFile.Write(PathOf(key), JsonSerializer.SerializeToUtf8Bytes(verdict, GateVerdictJsonContext.Default.GateVerdict));

    /// <summary>Removes entries that are too old or exceed the maximum number.</summary>
    public void Prune() => Prune(folder, MaxEntries, MaxAge, time);

    /// <summary>Removes files that are too old, then the oldest files beyond the limit, and temporary files left by killed
    /// writers.</summary>
    public static void Prune(string folder, int most, TimeSpan age, TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var files = Directory.Exists(folder) ? new DirectoryInfo(folder).GetFiles() : [];
        var tooMany = files.Length > most ? files.Length - (most * 9 / 10) : 0;
        foreach (var (file, at) in files.OrderBy(file => file.LastWriteTimeUtc).Select((file, at) => (file, at)))
        {
            var limit = file.Extension == ".tmp" ? LongestWrite : age;
            if (at < tooMany || now - file.LastWriteTimeUtc > limit)
            {
                file.Delete();
            }
        }
    }

    private string PathOf(string key) => Path.Combine(folder, key + ".json");
}
