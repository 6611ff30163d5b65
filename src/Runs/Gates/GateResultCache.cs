namespace Orchestrator.Runs.Gates;

/// <summary>A stored passing result.</summary>
/// <param name="Key">The question (<see cref="GateQuestion.Key"/>); a different one in a file of this name means damage.</param>
/// <param name="Run">The run in which it ran; empty: a person's <c>verify</c>.</param>
/// <param name="At">When it had ended.</param>
/// <param name="Verdict">The result.</param>
/// <param name="LeavesFiles">It leaves files that git does not track, which later gates may need.</param>
/// <param name="EvidenceWritten">Time of the evidence file's last write: a file that was written again is evidence of something
/// else.</param>
internal sealed record GateResultEntry(
    string Key,
    string Run,
    DateTimeOffset At,
    GateVerdict Verdict,
    bool LeavesFiles,
    DateTime EvidenceWritten
);

/// <summary>
/// Results of gates, a file each, in the repository's cache folder: shared by verification of tasks, merges, landing, later runs and
/// <c>orchestrate verify</c>. It stays small: what is older than <see cref="MaxAge"/> is no answer any more, and of more than
/// <see cref="MaxEntries"/> the oldest go, whenever <see cref="GateMemory"/> has it pruned.
/// <para>
/// Only green results are kept. A red one would stay red after its cause is gone that the key can't see (a service that was down, a full
/// disk, a port in use), and a person who mends that must see the gate run; a red gate is rare and its time is spent on telling chance from
/// fault. A green one can only be wrong where the same files in the same surroundings may also be red: that is a flaky gate, which is not
/// taken from here (<see cref="GateMemory"/>).
/// </para>
/// </summary>
/// <param name="folder">Where they lie.</param>
/// <param name="time">The clock for their age.</param>
internal sealed class GateResultCache(string folder, TimeProvider time)
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
    internal static void Prune(string folder, int most, TimeSpan age, TimeProvider time)
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
