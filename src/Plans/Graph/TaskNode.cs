namespace Orchestrator.Plans;

/// <summary>A task as a node: small enough to be passed to a workflow for thousands of tasks.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="DependsOn">Ids of the tasks it waits for.</param>
/// <param name="EstimatedMinutes">Its weight on the critical path; null counts as the average of the known ones, or 1.</param>
public sealed record TaskNode(string Id, IReadOnlyList<string> DependsOn, double? EstimatedMinutes = null)
{
    /// <summary>The graph's view of a plan's task.</summary>
    public static TaskNode Of(PlanTask task) => new(task.Id, task.DependsOn, task.EstimatedMinutes);
}
