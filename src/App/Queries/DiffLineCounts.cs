namespace Orchestrator.App.Queries;

/// <summary>Line counts of a change, separately for added and removed lines.</summary>
/// <param name="Added">Added lines.</param>
/// <param name="Removed">Removed lines.</param>
public sealed record DiffLineCounts(int Added, int Removed);
