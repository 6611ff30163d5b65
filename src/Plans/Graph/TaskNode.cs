namespace Orchestrator.Plans;

/// <summary>A task as a graph node, small enough to pass thousands of them to a workflow.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="DependsOn">Ids of the tasks it depends on.</param>
/// <param name="EstimatedMinutes">Weight on the critical path. If null, the average of the known estimates, or 1 if none is known.</param>
public sealed record TaskNode(string Id, IReadOnlyList<string> DependsOn, double? EstimatedMinutes = null)
{
    /// <summary>Creates the node for a plan's task.</summary>
    public static TaskNode Of(PlanTask task) => new(task.Id, task.DependsOn, task.EstimatedMinutes);
}
