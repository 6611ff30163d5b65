using System.Buffers.Text;

namespace Orchestrator.Dashboard.Routes;

/// <summary>The position of a listener in the transitions of all runs: the last number of each run that may still get more, and a time
/// before which ended runs are read. The id of an event holds it, so that the server keeps nothing for listeners that are away.</summary>
/// <param name="Horizon">Runs whose last transition was before are read to their end.</param>
/// <param name="Runs">Last number that was read, by repository and run.</param>
internal sealed record EventCursor(DateTimeOffset Horizon, IReadOnlyDictionary<string, long> Runs)
{
    private const char Separator = '/';

    /// <summary>Nothing of before that time is to be read.</summary>
    public static EventCursor From(DateTimeOffset time) => new(time, new Dictionary<string, long>(StringComparer.Ordinal));

    /// <summary>Key of a run in <see cref="Runs"/>.</summary>
    public static string KeyOf(RepositoryEntry repository, string run) => $"{repository.Id}{Separator}{run}";

    /// <summary>As the id of an event.</summary>
    public string Write() =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Stored(Horizon.ToUnixTimeMilliseconds(), Runs), QueryReader.Json));

    /// <summary>Reads the id of an event; null where it is none.</summary>
    public static EventCursor? Read(string? id)
    {
        if (id is not { Length: > 0 } || !Base64Url.IsValid(id))
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize<Stored>(Base64Url.DecodeFromChars(id), QueryReader.Json) is { R: { } runs, H: var time }
                ? new EventCursor(DateTimeOffset.FromUnixTimeMilliseconds(time), runs)
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or ArgumentOutOfRangeException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Number of the last transition of a run that was read.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="updatedAt">Time of its last transition.</param>
    /// <returns>Null where all of it was read.</returns>
    public long? ReadOf(string key, DateTimeOffset updatedAt) =>
        Runs.TryGetValue(key, out var read) ? read
        : updatedAt >= Horizon ? 0
        : null;

    /// <summary>The cursor after a transition was read.</summary>
    public EventCursor After(string key, long sequence) =>
        this with
        {
            Runs = new Dictionary<string, long>(Runs, StringComparer.Ordinal) { [key] = sequence },
        };

    /// <summary>The cursor without runs that have ended: they get no more transitions. Only after all runs were read to their ends:
    /// whatever changed before the new horizon counts as read.</summary>
    /// <param name="ended">Keys of runs that have ended.</param>
    /// <param name="time">Time of the last transition of all of them.</param>
    public EventCursor Without(IReadOnlySet<string> ended, DateTimeOffset time) =>
        !Runs.Keys.Any(ended.Contains)
            ? this
            : new EventCursor(
                time.AddMilliseconds(1) is var horizon && horizon > Horizon ? horizon : Horizon,
                Runs.Where(run => !ended.Contains(run.Key)).ToDictionary(StringComparer.Ordinal)
            );

    private sealed record Stored(long H, IReadOnlyDictionary<string, long> R);
}
