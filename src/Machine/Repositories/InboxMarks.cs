using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Gates;

namespace Orchestrator.Machine.Repositories;

/// <summary>The user's marks on entries of the inbox: a file in the user's state folder.</summary>
/// <param name="environment">Environment of the process, which determines that folder.</param>
/// <param name="time">The clock.</param>
public sealed class InboxMarks(IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private string File => Path.Combine(UserState.FolderOf(environment), "inbox.json");

    /// <summary>Entries that were shown before.</summary>
    public IReadOnlySet<string> Read() => Load().Read.ToHashSet(StringComparer.Ordinal);

    /// <summary>Entries that are not shown until a later time, with that time.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Snoozed()
    {
        var now = time.GetUtcNow();
        return Load().Snoozed.Where(entry => entry.Value > now).ToDictionary(entry => entry.Key, entry => entry.Value);
    }

    /// <summary>Notes that entries were shown. What is not there any more is forgotten.</summary>
    /// <param name="present">All entries that there are now.</param>
    /// <param name="shown">Those of them that were shown.</param>
    public Task NoteAsync(IReadOnlyCollection<string> present, IReadOnlyCollection<string> shown, CancellationToken stop) =>
        ChangeAsync(
            marks => new InboxMarkFile(
                [.. marks.Read.Intersect(present).Union(shown).Order(StringComparer.Ordinal)],
                new SortedDictionary<string, DateTimeOffset>(
                    marks.Snoozed.Where(entry => present.Contains(entry.Key)).ToDictionary(entry => entry.Key, entry => entry.Value),
                    StringComparer.Ordinal
                )
            ),
            stop
        );

    /// <summary>Does not show an entry until a later time.</summary>
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

    private async Task ChangeAsync(Func<InboxMarkFile, InboxMarkFile> change, CancellationToken stop)
    {
        UserState.MakeFolder(environment);
        using var alone = await LockFile.TakeAsync(File + ".lock", stop);
        var before = DurableFile.TryRead(File);
        var after = JsonSerializer.Serialize(change(Load()), InboxMarkJson.Default.InboxMarkFile) + "\n";
        if (after != before)
        {
            DurableFile.Write(File, after);
        }
    }

    // What is lost with a damaged file is who has seen what, so that all of it is shown again.
    private InboxMarkFile Load()
    {
        try
        {
            return
                DurableFile.TryRead(File) is { } text
                && JsonSerializer.Deserialize(text, InboxMarkJson.Default.InboxMarkFile) is { Read: not null, Snoozed: not null } marks
                ? marks
                : InboxMarkFile.Empty;
        }
        catch (JsonException)
        {
            return InboxMarkFile.Empty;
        }
    }
}

/// <summary>Content of the file.</summary>
/// <param name="Read">Entries that were shown.</param>
/// <param name="Snoozed">Entries with the time until which they are not.</param>
internal sealed record InboxMarkFile(IReadOnlyList<string> Read, IReadOnlyDictionary<string, DateTimeOffset> Snoozed)
{
    public static InboxMarkFile Empty { get; } = new([], new Dictionary<string, DateTimeOffset>());

    public int SchemaVersion { get; set; } = 1;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(InboxMarkFile))]
internal sealed partial class InboxMarkJson : JsonSerializerContext;
