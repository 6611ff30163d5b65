namespace Orchestrator.Runs.Backlogs;

/// <summary>
/// Maps backlog tasks to the tasks of a run. The mapping is stored in <c>plan/backlog.json</c> in the run's folder. When the run succeeds,
/// the finished backlog tasks are marked as done in the backlog file.
/// </summary>
public sealed record BacklogToRunTaskMapping
{
    /// <summary>Tag of the backlog tasks, which names a task list of task-master, or null if the backlog file has no tags.</summary>
    public string? Tag { get; init; }

    /// <summary>Ids of the run's tasks by the id of the backlog task that they implement.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Tasks { get; set; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Path of the mapping file, relative to the run's folder.</summary>
    public const string FileName = "plan/backlog.json";

    /// <summary>Serializes the mapping. <see cref="ApplyAsync"/> reads it when the run has ended.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BacklogMappingJsonContext.Default.BacklogToRunTaskMapping);

    /// <summary>
    /// Marks each backlog task as done if all tasks of the run that implement it are finished. Repeated calls have no further effect.
    /// </summary>
    /// <returns>The reason why the backlog could not be changed, or null if the call succeeded or nothing was to be marked.</returns>
    public static async Task<string?> ApplyAsync(
        RunPlanAndSettings files,
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
        var marks = JsonSerializer.Deserialize(json, BacklogMappingJsonContext.Default.BacklogToRunTaskMapping)!;
        var store = new BacklogStore(files.WorkTree, repository.CommonDirectory, time);
        var done = run
            .Tasks.Where(t => t.State == TaskStateNames.Resolved || (t.State == TaskStateNames.Merged && (t.Starts > 0 || t.Reused)))
            .Select(t => t.Id)
            .ToHashSet(StringComparer.Ordinal);
        var finished = marks.Tasks.Where(t => t.Value.All(done.Contains)).Select(t => t.Key).ToList();
        try
        {
            var changed = await store.ChangeAsync(marks.Tag, backlog => MarkDone(backlog, finished), stop);
            return changed.File is null
                ? $"Tasks in {store.Name} could not be marked as done: {string.Join(" ", changed.Faults.Select(f => f.Message))}"
                : null;
        }
        catch (Exception failed) when (failed is BacklogBusyException or IOException or UnauthorizedAccessException)
        {
            return $"{store.Name}: {FileNameEncoding.List(finished, 20)} could not be marked as done: {failed.Message}";
        }
    }

    // A task that was deleted from the backlog in the meantime needs no mark.
    private static Backlog MarkDone(Backlog backlog, IEnumerable<string> ids) =>
        ids.Where(id => backlog.Find(id) is not null).Aggregate(backlog, (before, id) => before.SetStatus(id, BacklogStatus.Done));
}

[JsonSerializable(typeof(BacklogToRunTaskMapping))]
internal sealed partial class BacklogMappingJsonContext : JsonSerializerContext;
