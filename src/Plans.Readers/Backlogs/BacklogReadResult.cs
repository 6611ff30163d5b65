namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>What a reader made of a backlog file.</summary>
/// <param name="File">The backlog; null when it can't be read. It is there although dependencies lead nowhere or in circles: who keeps it
/// must see what to repair.</param>
/// <param name="Faults">All errors and warnings by place.</param>
public sealed record BacklogReadResult(BacklogFile? File, IReadOnlyList<PlanFault> Faults)
{
    /// <summary>The errors among the faults.</summary>
    public IEnumerable<PlanFault> Errors => Faults.Where(fault => fault.Severity == FaultSeverity.Error);
}
