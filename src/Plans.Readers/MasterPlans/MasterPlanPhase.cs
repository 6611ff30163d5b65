namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>A phase of a master plan, with its row in the phase table and the content of its file, if the file is readable.</summary>
/// <param name="Row">Row in the table of phases.</param>
/// <param name="File">Path of the phase file, relative to the repository; empty if the row links to none.</param>
/// <param name="Content">Content of the phase file, or null if it can't be read.</param>
internal sealed record MasterPlanPhase(MasterPlanPhaseTableRow Row, string File, ParsedPhaseFile? Content);
