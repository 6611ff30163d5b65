namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>
/// Text of a list item, with its position. The type is a class because a list of structs would need a generic instantiation. Compiling it
/// takes longer than reading a small plan.
/// </summary>
internal sealed record PositionedText(ScalarNode Node, FieldPath Field);
