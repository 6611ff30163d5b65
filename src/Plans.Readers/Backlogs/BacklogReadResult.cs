namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>Result of reading a backlog file.</summary>
/// <param name="File">The backlog, or null if it can't be read. Not null if only dependencies are unknown or circular, so that they can be
/// shown and repaired.</param>
/// <param name="Faults">All errors and warnings, ordered by position.</param>
public sealed record BacklogReadResult(BacklogFile? File, IReadOnlyList<PlanFault> Faults)
{
    /// <summary>Problems in the backlog that are errors rather than warnings.</summary>
    public IEnumerable<PlanFault> Errors => Faults.Where(fault => fault.Severity == FaultSeverity.Error);
}
