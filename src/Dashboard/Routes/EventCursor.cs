using System.Buffers.Text;

namespace Orchestrator.Dashboard.Routes;

/// <summary>
/// Position of a listener in the state transitions of all runs. Contains the number of the last transition read for each run that may
/// continue, and a time before which all transitions were read. The id of each event contains the position, so the server stores nothing
/// for disconnected listeners.
/// </summary>
/// <param name="Horizon">Time before which all transitions have been read.</param>
/// <param name="Runs">Last number that was read, by repository and run.</param>
internal sealed record EventCursor(DateTimeOffset Horizon, IReadOnlyDictionary<string, long> Runs)
{
    private const char Separator = '/';

    /// <summary>Creates a cursor at the given time. All transitions before that time count as read.</summary>
    public static EventCursor From(DateTimeOffset time) => new(time, new Dictionary<string, long>(StringComparer.Ordinal));

    /// <summary>Returns the key of a run in <see cref="Runs"/>.</summary>
    public static string KeyOf(DashboardRepositoryReference repository, string run) => $"{repository.Id}{Separator}{run}";

    /// <summary>Formats the cursor as the id of an event.</summary>
    public string Write() =>
        Base64Url.EncodeToString(
            JsonSerializer.SerializeToUtf8Bytes(new EventCursorJsonRecord(Horizon.ToUnixTimeMilliseconds(), Runs), QueryCoalescer.Json)
        );

    /// <summary>Parses the id of an event, or returns null if it is not a cursor.</summary>
    public static EventCursor? Read(string? id)
    {
        if (id is not { Length: > 0 } || !Base64Url.IsValid(id))
        {
            return null;
        }
        try
        {
            return
                JsonSerializer.Deserialize<EventCursorJsonRecord>(Base64Url.DecodeFromChars(id), QueryCoalescer.Json)
                    is { R: { } runs, H: var time }
                ? new EventCursor(DateTimeOffset.FromUnixTimeMilliseconds(time), runs)
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or ArgumentOutOfRangeException or FormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns the number of the last state transition of a run that the listener has read. 0 if it has read none, or null if it has read
    /// all of them.
    /// </summary>
    /// <param name="key">Key of the run.</param>
    /// <param name="updatedAt">Time of the run's last transition.</param>
    /// <returns>The number, 0 if none was read, or null if the run was completely read.</returns>
    public long? ReadOf(string key, DateTimeOffset updatedAt) =>
        Runs.TryGetValue(key, out var read) ? read
        : updatedAt >= Horizon ? 0
        : null;

    /// <summary>Returns the cursor after the listener has read a state transition.</summary>
    public EventCursor After(string key, long sequence) =>
        this with
        {
            Runs = new Dictionary<string, long>(Runs, StringComparer.Ordinal) { [key] = sequence },
        };

    /// <summary>Returns the cursor without ended runs, which have no further transitions. Call this method only after all transitions of
    /// all runs were read, because all transitions before the new horizon count as read.</summary>
    /// <param name="ended">Keys of runs that have ended.</param>
    /// <param name="time">Time of the last transition of these runs.</param>
    public EventCursor Without(IReadOnlySet<string> ended, DateTimeOffset time) =>
        !Runs.Keys.Any(ended.Contains)
            ? this
            : new EventCursor(
                time.AddMilliseconds(1) is var horizon && horizon > Horizon ? horizon : Horizon,
                Runs.Where(run => !ended.Contains(run.Key)).ToDictionary(StringComparer.Ordinal)
            );

    private sealed record EventCursorJsonRecord(long H, IReadOnlyDictionary<string, long> R);
}
