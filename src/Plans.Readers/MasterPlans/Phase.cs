namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>A phase of a master plan: its row, and its file where there is one that can be read.</summary>
/// <param name="Row">The row in the table of phases.</param>
/// <param name="File">The file, relative to the repository; empty where none is linked.</param>
/// <param name="Content">The parsed file; null where it can't be read.</param>
internal sealed record Phase(PhaseRow Row, string File, PhaseFile? Content);
