namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>A task with the places of what later checks may complain about.</summary>
/// <param name="Task">The task, defaults applied.</param>
/// <param name="Node">Where it stands.</param>
/// <param name="Field">Its path, such as <c>tasks[3]</c>.</param>
/// <param name="IdNode">Where its id stands.</param>
/// <param name="DependsOn">Where each of its dependencies stands, in their order.</param>
/// <param name="ContextKeys">Where each of its context keys stands.</param>
internal sealed record BoundTask(
    PlanTask Task,
    MappingNode Node,
    string Field,
    DocumentNode IdNode,
    IReadOnlyList<PlacedText> DependsOn,
    IReadOnlyList<PlacedText> ContextKeys
);
