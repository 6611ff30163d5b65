using System.Text.Json;

namespace Orchestrator.Gates.Results;

/// <summary>
/// Results of gates, a file each, in the repository's cache folder: shared by verification of tasks, merges, landing, later runs and
/// <c>orchestrate verify</c>. <see cref="GateResultStore"/> prunes it: entries older than <see cref="MaxAge"/> do not count, and beyond
/// <see cref="MaxEntries"/> the oldest are removed.
/// <para>
/// Only passing results are kept. A failure would outlive causes that are not part of the key (a service that was down, a full disk, a port
/// in use), and a person who fixes one must see the gate run; failures are rare, and running the gate again detects flaky ones. A passing
/// result can only be wrong where the same files in the same environment may also fail: that is a flaky gate, which is not cached
/// (<see cref="GateResultStore"/>).
/// </para>
/// </summary>
/// <param name="folder">Its folder.</param>
/// <param name="time">The clock for their age.</param>
public sealed class GateResultCache(string folder, TimeProvider time)
{
    /// <summary>The longest age of a result that counts: no key covers system libraries, services and the calendar.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(14);

    /// <summary>The number of results that are kept, about 10 KB each.</summary>
    public const int MaxEntries = 4000;

    private static readonly TimeSpan LongestWrite = TimeSpan.FromHours(1);

    /// <summary>The verdict of a key; null where there is none, or it is too old or damaged: then the gate runs.</summary>
    public GateVerdict? Find(string key)
    {
        try
        {
            return
                StoredJson.TryRead(PathOf(key), GateVerdictJson.Default.GateVerdict) is { Passed: true, At: { } at } verdict
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

    /// <summary>Keeps a verdict, whole or not at all.</summary>
    /// <param name="key">The question that it answers (<see cref="GateQuestion.Key"/>).</param>
    /// <exception cref="IOException">It can't be written, for example on a full disk.</exception>
    public void Store(string key, GateVerdict verdict) =>
        DurableFile.Write(PathOf(key), JsonSerializer.SerializeToUtf8Bytes(verdict, GateVerdictJson.Default.GateVerdict));

    /// <summary>Removes entries that are too old or too many.</summary>
    public void Prune() => Prune(folder, MaxEntries, MaxAge, time);

    /// <summary>Removes files of a folder that are too old, then the oldest beyond the limit, and files left by a killed writer.</summary>
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
