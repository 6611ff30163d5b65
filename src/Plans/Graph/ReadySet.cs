namespace Orchestrator.Plans;

/// <summary>Which tasks may start now.</summary>
public static class ReadySet
{
    /// <summary>
    /// The tasks, in plan order, that have not started and whose dependencies are all done. Linear in tasks and edges.
    /// </summary>
    /// <param name="tasks">The tasks in plan order.</param>
    /// <param name="isDone">Merged, skipped by a person, or completed before the run: dependants may start. An unknown id is never
    /// done.</param>
    /// <param name="isStarted">Running, ended or held back in any way: not to be started again.</param>
    public static IReadOnlyList<string> Of(IEnumerable<TaskNode> tasks, Func<string, bool> isDone, Func<string, bool> isStarted) =>
        [.. tasks.Where(t => !isStarted(t.Id) && !isDone(t.Id) && t.DependsOn.All(isDone)).Select(t => t.Id)];

    /// <summary>The unmet dependencies of a task: what it waits for.</summary>
    public static IReadOnlyList<string> WaitsFor(TaskNode task, Func<string, bool> isDone) => [.. task.DependsOn.Where(d => !isDone(d))];
}
