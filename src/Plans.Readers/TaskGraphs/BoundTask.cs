namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>A task with positions for later checks.</summary>
/// <param name="Task">The task, defaults applied.</param>
/// <param name="Node">Its position.</param>
/// <param name="Field">Its path, such as <c>tasks[3]</c>.</param>
/// <param name="IdNode">Position of its id.</param>
/// <param name="DependsOn">The position of each dependency, in order.</param>
/// <param name="ContextKeys">Positions of its context keys.</param>
internal sealed record BoundTask(
    PlanTask Task,
    MappingNode Node,
    string Field,
    DocumentNode IdNode,
    IReadOnlyList<PlacedText> DependsOn,
    IReadOnlyList<PlacedText> ContextKeys
);
