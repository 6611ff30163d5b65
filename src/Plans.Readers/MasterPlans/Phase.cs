namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>A phase of a master plan: its table row and its file, if it has a readable one.</summary>
/// <param name="Row">Row in the table of phases.</param>
/// <param name="File">Path of the file, relative to the repository, or empty if none is linked.</param>
/// <param name="Content">The parsed file, or null if it can't be read.</param>
internal sealed record Phase(PhaseRow Row, string File, PhaseFile? Content);
