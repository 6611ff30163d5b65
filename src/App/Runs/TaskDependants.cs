namespace Orchestrator.App.Runs;

/// <summary>Finds the tasks that depend on another task and can't be executed without it.</summary>
public static class TaskDependants
{
    /// <summary>Returns the ids of the open tasks that depend on a task, directly or indirectly. Empty if the task is done.</summary>
    /// <param name="run">The run.</param>
    /// <param name="task">Id of the task.</param>
    public static IEnumerable<string> Of(RunStatus run, string task)
    {
        if (TaskStateNames.IsDone(run.Tasks.First(t => t.Id == task).State))
        {
            return [];
        }
        var concerned = new HashSet<string>(StringComparer.Ordinal) { task };
        bool hasGrown;
        do
        {
            hasGrown = run.Tasks.Any(other =>
                !TaskStateNames.IsDone(other.State)
                && other.State != TaskStateNames.Cancelled
                && other.DependsOn.Any(concerned.Contains)
                && concerned.Add(other.Id)
            );
        } while (hasGrown);
        return run.Tasks.Select(other => other.Id).Where(id => id != task && concerned.Contains(id));
    }
}
