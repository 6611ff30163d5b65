using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Gates.Results;

/// <summary>A stored passing result.</summary>
/// <param name="Key">The question (<see cref="GateQuestion.Key"/>); a different one in a file of this name means damage.</param>
/// <param name="Run">The run in which it ran; empty: a person's <c>verify</c>.</param>
/// <param name="At">When it had ended.</param>
/// <param name="Verdict">The result.</param>
/// <param name="LeavesFiles">It leaves files that git does not track, which later gates may need.</param>
/// <param name="EvidenceWritten">Time of the evidence file's last write: a file that was written again is evidence of something
/// else.</param>
public sealed record GateResultEntry(
    string Key,
    string Run,
    DateTimeOffset At,
    GateVerdict Verdict,
    bool LeavesFiles,
    DateTime EvidenceWritten
);

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
    /// <summary>How long a result counts: no key covers system libraries, services and the calendar.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(14);

    /// <summary>How many results are kept, about 10 KB each.</summary>
    public const int MaxEntries = 4000;

    private static readonly TimeSpan LongestWrite = TimeSpan.FromHours(1);

    /// <summary>The entry of a key; null where there is none, or it is too old or damaged: then the gate runs.</summary>
    public GateResultEntry? Find(string key)
    {
        try
        {
            return
                StoredJson.TryRead(PathOf(key), GateResultJson.Default.GateResultEntry) is { Verdict: not null } entry
                && entry.Key == key
                && entry.Verdict.Passed
                && time.GetUtcNow() - entry.At is var age
                && age < MaxAge
                && age > -LongestWrite
                ? entry
                : null;
        }
        catch (Exception damaged) when (damaged is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps an entry, whole or not at all.</summary>
    /// <exception cref="IOException">It can't be written, for example on a full disk.</exception>
    public void Store(GateResultEntry entry) =>
        DurableFile.Write(PathOf(entry.Key), JsonSerializer.SerializeToUtf8Bytes(entry, GateResultJson.Default.GateResultEntry));

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

[JsonSerializable(typeof(GateResultEntry))]
internal sealed partial class GateResultJson : JsonSerializerContext;
