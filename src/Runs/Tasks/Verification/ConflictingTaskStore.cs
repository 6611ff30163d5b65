namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Stores, for each task, the other tasks with which it had merge conflicts. The gates of these other tasks are also run on the resolution
/// of the conflicts.
/// </summary>
internal sealed class ConflictingTaskStore(RunFolder folder)
{
    /// <summary>Name of the file, in a task's folder, that lists the tasks with which the task had conflicts.</summary>
    public const string FileName = "in-conflict-with";

    /// <summary>Returns the ids of the tasks with which a task had conflicts. Empty if it had none.</summary>
    /// <param name="task">Id of the task that resolves the conflict.</param>
    public IReadOnlyList<string> Of(string task) =>
        DurableFile.TryRead(FileOf(task))?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Records other tasks with which the task had a merge conflict.</summary>
    public void Add(string task, IEnumerable<string> others)
    {
        var all = Of(task).Union(others, StringComparer.Ordinal).ToList();
        if (all.Count > 0)
        {
            DurableFile.Write(FileOf(task), string.Join('\n', all));
        }
    }

    private string FileOf(string task) => Path.Combine(folder.Task(task), FileName);
}
