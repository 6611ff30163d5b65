namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>A text of a list with its position. A class, because lists of it need no generic instantiation: compiling that would take
/// longer than reading a small plan.</summary>
internal sealed record PlacedText(ScalarNode Node, FieldPath Field);
