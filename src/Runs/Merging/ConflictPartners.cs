namespace Orchestrator.Runs.Merging;

/// <summary>Tasks with which a task was in conflict. Their gates also judge its resolution.</summary>
internal sealed class ConflictPartners(RunFolder folder)
{
    /// <summary>Returns the ids of the tasks; empty for none.</summary>
    /// <param name="task">Id of the task that resolves the conflict.</param>
    public IReadOnlyList<string> Of(string task) =>
        DurableFile.TryRead(FileOf(task))?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Records tasks of a further conflict.</summary>
    public void Add(string task, IEnumerable<string> others)
    {
        var all = Of(task).Union(others, StringComparer.Ordinal).ToList();
        if (all.Count > 0)
        {
            DurableFile.Write(FileOf(task), string.Join('\n', all));
        }
    }

    private string FileOf(string task) => Path.Combine(folder.Task(task), "in-conflict-with");
}
