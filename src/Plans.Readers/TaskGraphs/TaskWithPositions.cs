namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>A task with the positions of its fields, for later checks.</summary>
/// <param name="Task">Task with defaults applied.</param>
/// <param name="Node">Node of the task.</param>
/// <param name="Field">Path of the task, such as <c>tasks[3]</c>.</param>
/// <param name="IdNode">Node of the id.</param>
/// <param name="DependsOn">Position of each dependency, in order.</param>
/// <param name="ContextKeys">Positions of the context keys.</param>
internal sealed record TaskWithPositions(
    PlanTask Task,
    MappingNode Node,
    string Field,
    YamlOrJsonNode IdNode,
    IReadOnlyList<PositionedText> DependsOn,
    IReadOnlyList<PositionedText> ContextKeys
);
