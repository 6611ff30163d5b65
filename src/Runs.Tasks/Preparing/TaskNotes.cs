namespace Orchestrator.Runs.Tasks;

/// <summary>Facts about a task's worktree that git alone does not show; stored as <c>task.json</c> in the task's folder.</summary>
public sealed record TaskNotes
{
    /// <summary>Base commit of the task's changes.</summary>
    public string Base { get; set; } = "";

    /// <summary>The staging commit that was merged into the worktree last, and in which attempt; it becomes a parent of that attempt's
    /// commit.</summary>
    public string MergedStaging { get; set; } = "";
    public int MergedAttempt { get; init; }

    /// <summary>Files that were in conflict then: no marker may be left in them.</summary>
    public IReadOnlyList<string> Conflicted { get; set; } = [];

    /// <summary>The contracts that the task relies on, with the version that it got.</summary>
    public IReadOnlyDictionary<string, string> Contracts { get; set; } = new Dictionary<string, string>();

    /// <summary>The commit that an earlier result gave on the base; it is removed when it does not pass.</summary>
    public string Reused { get; set; } = "";

    /// <summary>The verified commit at which the worktree was given to tasks that wait for one; empty: never.</summary>
    public string Returned
    {
        get;
        init => field = value ?? "";
    } = "";

    // If the file is damaged, what matters is restored from the run's record.
    public static TaskNotes Read(RunFolder folder, string taskId) =>
        StoredJson.TryRead(PathOf(folder, taskId), TaskNotesJson.Default.TaskNotes) ?? new TaskNotes();

    public void Write(RunFolder folder, string taskId) =>
        DurableFile.Write(PathOf(folder, taskId), JsonSerializer.SerializeToUtf8Bytes(this, TaskNotesJson.Default.TaskNotes));

    private static string PathOf(RunFolder folder, string taskId) => Path.Combine(folder.Task(taskId), "task.json");
}

[JsonSerializable(typeof(TaskNotes))]
internal sealed partial class TaskNotesJson : JsonSerializerContext;
