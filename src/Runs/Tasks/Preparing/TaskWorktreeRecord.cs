namespace Orchestrator.Runs.Tasks;

/// <summary>Facts about a task's worktree that git does not record. They are stored as <c>task.json</c> in the task's folder.</summary>
public sealed record TaskWorktreeRecord
{
    /// <summary>Hash of the commit on which the task's changes are based.</summary>
    public string Base { get; set; } = "";

    /// <summary>
    /// Hash of the staging commit that was last merged into the worktree. The commit becomes a parent of the task's commit for attempt
    /// <see cref="MergedAttempt"/>.
    /// </summary>
    public string MergedStaging { get; set; } = "";

    /// <summary>Number of the attempt in which staging was last merged into the worktree.</summary>
    public int MergedAttempt { get; init; }

    /// <summary>
    /// Paths of the files that had conflicts when staging was last merged into the worktree. They must no longer contain conflict markers.
    /// </summary>
    public IReadOnlyList<string> Conflicted { get; set; } = [];

    /// <summary>
    /// Hash of the task's commit before its first conflict, or empty if it had no conflict. Resolutions are compared with this commit.
    /// </summary>
    public string ResolvesFrom
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Changes that the agent dropped when it resolved conflicts, in the agent's words.</summary>
    public IReadOnlyList<string> Dropped
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Versions of the contracts that the task uses, by contract name.</summary>
    public IReadOnlyDictionary<string, string> Contracts { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// Hash of the commit that applied a cached result to the base. If the result fails verification, the commit is removed.
    /// </summary>
    public string Reused { get; set; } = "";

    /// <summary>Hash of the verified commit at which the worktree was returned to the pool, or empty if it was not returned.</summary>
    public string Returned
    {
        get;
        init => field = value ?? "";
    } = "";

    // If the file is damaged, its essential values are restored from the run's history.

    /// <summary>Reads the record of a task's worktree. A missing or damaged file counts as an empty record.</summary>
    public static TaskWorktreeRecord Read(RunFolder folder, string taskId) =>
        StoredJsonReader.TryRead(PathOf(folder, taskId), TaskWorktreeRecordJsonContext.Default.TaskWorktreeRecord)
        ?? new TaskWorktreeRecord();

    /// <summary>Writes the record to the task's folder.</summary>
    public void Write(RunFolder folder, string taskId) =>
        DurableFile.Write(
            PathOf(folder, taskId),
            JsonSerializer.SerializeToUtf8Bytes(this, TaskWorktreeRecordJsonContext.Default.TaskWorktreeRecord)
        );

    private static string PathOf(RunFolder folder, string taskId) => Path.Combine(folder.Task(taskId), "task.json");
}

[JsonSerializable(typeof(TaskWorktreeRecord))]
internal sealed partial class TaskWorktreeRecordJsonContext : JsonSerializerContext;
