namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Records where uncommitted work of a task is kept, so that the command <c>show</c> can display it. The file <c>kept.md</c> in the task's
/// folder contains one line per item.
/// </summary>
public static class RetainedWorkLocationRecorder
{
    /// <summary>Name of the file, in a task's folder, that records where uncommitted work is kept.</summary>
    public const string FileName = "kept.md";

    /// <summary>Records that a ref to uncommitted work was removed because its content has landed.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="name">Name of the ref.</param>
    public static void NoteLanded(RunFolder folder, string name)
    {
        if (RunRefNameBuilder.TaskOfKept(folder, name) is not { } taskId)
        {
            return;
        }
        var path = Path.Combine(folder.Task(taskId), FileName);
        var lines = (DurableFile.TryRead(path) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var told = lines.Select(line =>
            line.StartsWith(name + ": ", StringComparison.Ordinal) ? $"landed, so no longer under {line}" : line
        );
        if (lines.Length > 0)
        {
            DurableFile.Write(path, Encoding.UTF8.GetBytes(string.Join('\n', told) + "\n"));
        }
    }

    /// <summary>Records where an item of uncommitted work is kept, unless this is already recorded.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="place">Name of the ref or path of the folder that keeps the content, or null if nothing had to be kept.</param>
    /// <param name="what">Description of the content.</param>
    public static void Note(RunFolder folder, string taskId, string? place, string what)
    {
        if (place is null)
        {
            return;
        }
        var path = Path.Combine(folder.Task(taskId), FileName);
        var line = $"{place}: {what}";
        var lines = (DurableFile.TryRead(path) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (!lines.Contains(line))
        {
            DurableFile.Write(path, Encoding.UTF8.GetBytes(string.Join('\n', [.. lines, line]) + "\n"));
        }
    }
}
