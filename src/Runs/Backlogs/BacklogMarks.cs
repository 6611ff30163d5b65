namespace Orchestrator.Runs.Backlogs;

/// <summary>Maps backlog tasks to a run's tasks: <c>plan/backlog.json</c> in the run's folder. When the run succeeds, the backlog tasks
/// are marked as done in the backlog file's own format.</summary>
public sealed record BacklogMarks
{
    /// <summary>The tag, or null if the file has no tags.</summary>
    public string? Tag { get; init; }

    /// <summary>Ids of the run's tasks, by the id of their backlog task.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Tasks { get; set; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Path of the file, relative to the run's folder.</summary>
    public const string FileName = "plan/backlog.json";

    /// <summary>Serializes the marks, to be read again when the run ends.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BacklogMarksJson.Default.BacklogMarks);

    /// <summary>Marks completed backlog tasks as done. Idempotent.</summary>
    /// <returns>The reason for the failure, or null if it succeeded or had nothing to do.</returns>
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

    // A task that was deleted in the meantime needs no mark.
    private static Backlog MarkDone(Backlog backlog, IEnumerable<string> ids) =>
        ids.Where(id => backlog.Find(id) is not null).Aggregate(backlog, (before, id) => before.SetStatus(id, BacklogStatus.Done));
}

[JsonSerializable(typeof(BacklogMarks))]
internal sealed partial class BacklogMarksJson : JsonSerializerContext;
