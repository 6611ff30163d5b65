namespace Orchestrator.Runs.Tasks;

/// <summary>Facts about a task's worktree that git alone does not record, stored as <c>task.json</c> in the task's folder.</summary>
public sealed record TaskNotes
{
    /// <summary>Base commit of the task's changes.</summary>
    public string Base { get; set; } = "";

    /// <summary>The staging commit last merged into the worktree, and the attempt in which that happened. It becomes a parent of that
    /// attempt's commit.</summary>
    public string MergedStaging { get; set; } = "";
    public int MergedAttempt { get; init; }

    /// <summary>Files that conflicted in that merge. They must not contain conflict markers any more.</summary>
    public IReadOnlyList<string> Conflicted { get; set; } = [];

    /// <summary>Versions of the contracts that the task relies on, by contract.</summary>
    public IReadOnlyDictionary<string, string> Contracts { get; set; } = new Dictionary<string, string>();

    /// <summary>Commit that applied a cached result to the base; removed if it fails verification.</summary>
    public string Reused { get; set; } = "";

    /// <summary>The verified commit at which the worktree was returned for use by waiting tasks, or empty if it never was.</summary>
    public string Returned
    {
        get;
        init => field = value ?? "";
    } = "";

    // If the file is damaged, the essential parts are restored from the run's record.
    public static TaskNotes Read(RunFolder folder, string taskId) =>
        StoredJson.TryRead(PathOf(folder, taskId), TaskNotesJson.Default.TaskNotes) ?? new TaskNotes();

    public void Write(RunFolder folder, string taskId) =>
        DurableFile.Write(PathOf(folder, taskId), JsonSerializer.SerializeToUtf8Bytes(this, TaskNotesJson.Default.TaskNotes));

    private static string PathOf(RunFolder folder, string taskId) => Path.Combine(folder.Task(taskId), "task.json");
}

[JsonSerializable(typeof(TaskNotes))]
internal sealed partial class TaskNotesJson : JsonSerializerContext;
