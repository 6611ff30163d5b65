using Orchestrator.Backlogs;

namespace Orchestrator.Runs;

/// <summary>The backlog tasks of a run: <c>plan/backlog.json</c> in its folder. When the run has ended well they are marked done, in the
/// file's own format.</summary>
public sealed record BacklogMarks
{
    /// <summary>The tag, in a file that has tags.</summary>
    public string? Tag { get; init; }

    /// <summary>The run's tasks by the backlog task that they belong to.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Tasks { get; set; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The file of the marks, relative to the run's folder.</summary>
    public const string FileName = "plan/backlog.json";

    /// <summary>The stored form, for the end of the run.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BacklogMarksJson.Default.BacklogMarks);

    /// <summary>Marks completed backlog tasks. Repeating it changes nothing.</summary>
    /// <returns>Why it failed; null when it succeeded, or there was nothing to do.</returns>
    public static async Task<string?> ApplyAsync(
        RunFiles files,
        RunStatus run,
        GitRepository repository,
        TimeProvider time,
        CancellationToken stop
    )
    {
        if (files.Decisions!.TryRead(files.Folder, FileName) is not { } json)
        {
            return null;
        }
        var marks = JsonSerializer.Deserialize(json, BacklogMarksJson.Default.BacklogMarks)!;
        var store = new BacklogStore(files.WorkTree, repository.CommonDirectory, time);
        var done = run
            .Tasks.Where(t => t.State == TaskStates.Resolved || (t.State == TaskStates.Merged && (t.Starts > 0 || t.Reused)))
            .Select(t => t.Id)
            .ToHashSet(StringComparer.Ordinal);
        var finished = marks.Tasks.Where(t => t.Value.All(done.Contains)).Select(t => t.Key).ToList();
        try
        {
            var changed = await store.ChangeAsync(marks.Tag, backlog => MarkDone(backlog, finished), stop);
            return changed.File is null
                ? $"{store.Name}: its tasks could not be marked done: {string.Join(" ", changed.Faults.Select(f => f.Message))}"
                : null;
        }
        catch (Exception failed) when (failed is BacklogBusyException or IOException or UnauthorizedAccessException)
        {
            return $"{store.Name}: {FileNames.Some(finished, 20)} could not be marked done: {failed.Message}";
        }
    }

    // A task that was deleted meanwhile needs no mark.
    private static Backlog MarkDone(Backlog backlog, IEnumerable<string> ids) =>
        ids.Where(id => backlog.Find(id) is not null).Aggregate(backlog, (before, id) => before.SetStatus(id, BacklogStatus.Done));
}

[JsonSerializable(typeof(BacklogMarks))]
internal sealed partial class BacklogMarksJson : JsonSerializerContext;
