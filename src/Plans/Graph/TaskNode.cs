namespace Orchestrator.Plans;

/// <summary>A task as the graph sees it: small enough to be handed to a workflow for thousands of tasks.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="DependsOn">Ids of the tasks it waits for.</param>
/// <param name="EstimatedMinutes">Its weight on the critical path; null counts as the average of those that say it, or 1.</param>
public sealed record TaskNode(string Id, IReadOnlyList<string> DependsOn, double? EstimatedMinutes = null)
{
    /// <summary>The graph's view of a plan's task.</summary>
    public static TaskNode Of(PlanTask task) => new(task.Id, task.DependsOn, task.EstimatedMinutes);
}
