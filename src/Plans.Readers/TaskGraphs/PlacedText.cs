namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>A text of a list with its place. A class, so that lists of it need no code of their own: compiling that would take longer than
/// reading a small plan.</summary>
internal sealed record PlacedText(ScalarNode Node, FieldPath Field);
