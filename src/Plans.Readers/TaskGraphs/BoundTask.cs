namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>A task with positions for later checks.</summary>
/// <param name="Task">The task, defaults applied.</param>
/// <param name="Node">Where it stands.</param>
/// <param name="Field">Its path, such as <c>tasks[3]</c>.</param>
/// <param name="IdNode">Where its id stands.</param>
/// <param name="DependsOn">The position of each dependency, in order.</param>
/// <param name="ContextKeys">Where each of its context keys stands.</param>
internal sealed record BoundTask(
    PlanTask Task,
    MappingNode Node,
    string Field,
    DocumentNode IdNode,
    IReadOnlyList<PlacedText> DependsOn,
    IReadOnlyList<PlacedText> ContextKeys
);
