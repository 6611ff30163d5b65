namespace Orchestrator.Plans;

/// <summary>Positions of a plan's tasks and fields in their files, for checks that run after the plan has been read.</summary>
/// <param name="file">Path of the file that lists the tasks.</param>
/// <param name="find">Returns file, line and column of a task's field. If the field has no position, returns that of the task. Returns
/// zeros if neither is known.</param>
public sealed class PlanFieldPositionFinder(string file, Func<int, string, (string File, int Line, int Column)> find)
{
    /// <summary>Instance without any positions.</summary>
    public static PlanFieldPositionFinder None { get; } = new("", (_, _) => ("", 0, 0));

    /// <summary>The file that lists the tasks.</summary>
    public string File { get; } = file;

    /// <summary>
    /// Returns the file, line and column of a task's field. If the field has no position, returns the position of the task. If neither has
    /// a position, returns an empty file name and zeros.
    /// </summary>
    /// <param name="task">Index of the task in the plan.</param>
    /// <param name="field">Name of the field in the task-graph format.</param>
    public (string File, int Line, int Column) Of(int task, string field) => find(task, field);
}
