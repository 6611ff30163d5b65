namespace Orchestrator.Plans;

/// <summary>A task as a node of the graph, small enough that thousands of nodes can be passed to a workflow.</summary>
/// <param name="Id">Id of the task.</param>
/// <param name="DependsOn">Ids of the tasks that this task depends on.</param>
/// <param name="EstimatedMinutes">Estimated time in minutes, used as weight on the critical path. If null, the average of the known
/// estimates is used, or 1 if there are none.</param>
public sealed record TaskNode(string Id, IReadOnlyList<string> DependsOn, double? EstimatedMinutes = null)
{
    /// <summary>Creates the node for a plan's task.</summary>
    public static TaskNode Of(PlanTask task) => new(task.Id, task.DependsOn, task.EstimatedMinutes);
}
