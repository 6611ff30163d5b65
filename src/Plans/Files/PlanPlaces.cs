namespace Orchestrator.Plans;

/// <summary>Positions of a plan's tasks and their fields in the file, for checks after reading.</summary>
/// <param name="file">The file that lists the tasks.</param>
/// <param name="find">File, line and column of a task's field, else of the task, else zeros.</param>
public sealed class PlanPlaces(string file, Func<int, string, (string File, int Line, int Column)> find)
{
    /// <summary>No positions are known.</summary>
    public static PlanPlaces None { get; } = new("", (_, _) => ("", 0, 0));

    /// <summary>The file that lists the tasks.</summary>
    public string File { get; } = file;

    /// <summary>File, line and column of a task's field, else of the task, else zeros.</summary>
    /// <param name="task">The task's place in the plan.</param>
    /// <param name="field">The field's name in the task-graph format.</param>
    public (string File, int Line, int Column) Of(int task, string field) => find(task, field);
}
