using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Gates;

namespace Orchestrator.App.Repositories;

/// <summary>Stores which inbox entries were shown or snoozed, in a file in the user's state folder.</summary>
/// <param name="environment">Environment of the process, which determines that folder.</param>
/// <param name="time">Clock.</param>
public sealed class InboxMarkStore(IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private string File => Path.Combine(UserStateFolder.FolderOf(environment), "inbox.json");

    /// <summary>Returns the ids of the inbox entries that were shown before.</summary>
    public IReadOnlySet<string> Read() => Load().Read.ToHashSet(StringComparer.Ordinal);

    /// <summary>Returns the ids of the snoozed inbox entries with the time until which each is hidden.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Snoozed()
    {
        var now = time.GetUtcNow();
        return Load().Snoozed.Where(entry => entry.Value > now).ToDictionary(entry => entry.Key, entry => entry.Value);
    }

    /// <summary>Records that inbox entries were shown, and removes the marks of entries that no longer exist.</summary>
    /// <param name="present">All current entries.</param>
    /// <param name="shown">Current entries that were shown.</param>
    public Task NoteAsync(IReadOnlyCollection<string> present, IReadOnlyCollection<string> shown, CancellationToken stop) =>
        ChangeAsync(
            marks => new InboxMarkFileContent(
                [.. marks.Read.Intersect(present).Union(shown).Order(StringComparer.Ordinal)],
                new SortedDictionary<string, DateTimeOffset>(
                    marks.Snoozed.Where(entry => present.Contains(entry.Key)).ToDictionary(entry => entry.Key, entry => entry.Value),
                    StringComparer.Ordinal
                )
            ),
            stop
        );

    /// <summary>Hides an inbox entry until a later time.</summary>
    public Task SnoozeAsync(string id, DateTimeOffset until, CancellationToken stop) =>
        ChangeAsync(
            marks =>
                marks with
                {
                    Snoozed = new SortedDictionary<string, DateTimeOffset>(
                        marks.Snoozed.ToDictionary(entry => entry.Key, entry => entry.Value),
                        StringComparer.Ordinal
                    )
                    {
                        [id] = until,
                    },
                },
            stop
        );

    private async Task ChangeAsync(Func<InboxMarkFileContent, InboxMarkFileContent> change, CancellationToken stop)
    {
        UserStateFolder.MakeFolder(environment);
        using var alone = await InterProcessFileLock.AcquireAsync(File + ".lock", stop);
        var before = DurableFile.TryRead(File);
        var after = JsonSerializer.Serialize(change(Load()), InboxMarkJsonContext.Default.InboxMarkFileContent) + "\n";
        if (after != before)
        {
            DurableFile.Write(File, after);
        }
    }

    // A damaged file only loses these marks, so that all entries are shown again.
    private InboxMarkFileContent Load()
    {
        try
        {
            return
                DurableFile.TryRead(File) is { } text
                && JsonSerializer.Deserialize(text, InboxMarkJsonContext.Default.InboxMarkFileContent)
                    is { Read: not null, Snoozed: not null } marks
                ? marks
                : InboxMarkFileContent.Empty;
        }
        catch (JsonException)
        {
            return InboxMarkFileContent.Empty;
        }
    }
}

/// <summary>Inbox entries that were shown or snoozed, as stored in the file.</summary>
/// <param name="Read">Entries that were shown.</param>
/// <param name="Snoozed">Hidden entries with the time until which they are hidden.</param>
internal sealed record InboxMarkFileContent(IReadOnlyList<string> Read, IReadOnlyDictionary<string, DateTimeOffset> Snoozed)
{
    public static InboxMarkFileContent Empty { get; } = new([], new Dictionary<string, DateTimeOffset>());

    public int SchemaVersion { get; set; } = 1;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(InboxMarkFileContent))]
internal sealed partial class InboxMarkJsonContext : JsonSerializerContext;
