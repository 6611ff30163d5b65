namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>A list item's text with its position. A class because lists of classes need no generic instantiation, whose compilation would
/// take longer than reading a small plan.</summary>
internal sealed record PositionedText(ScalarNode Node, FieldPath Field);
