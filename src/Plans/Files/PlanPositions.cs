namespace Orchestrator.Plans;

/// <summary>Source positions of a plan's tasks and their fields, for checks after reading.</summary>
/// <param name="file">The file that lists the tasks.</param>
/// <param name="find">Returns file, line and column of a task's field, or of the task if the field has none, or zeros.</param>
public sealed class PlanPositions(string file, Func<int, string, (string File, int Line, int Column)> find)
{
    /// <summary>An instance without any positions.</summary>
    public static PlanPositions None { get; } = new("", (_, _) => ("", 0, 0));

    /// <summary>The file that lists the tasks.</summary>
    public string File { get; } = file;

    /// <summary>Returns file, line and column of a task's field, or of the task if the field has none, or zeros.</summary>
    /// <param name="task">Index of the task in the plan.</param>
    /// <param name="field">Name of the field in the task-graph format.</param>
    public (string File, int Line, int Column) Of(int task, string field) => find(task, field);
}
