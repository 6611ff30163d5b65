namespace Orchestrator.App.Queries;

/// <summary>Numbers of lines that a change adds and removes.</summary>
/// <param name="Added">Added lines.</param>
/// <param name="Removed">Removed lines.</param>
public sealed record DiffLineCounts(int Added, int Removed);
