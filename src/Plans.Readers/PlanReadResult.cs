using Orchestrator.Plans.Readers.Documents;

namespace Orchestrator.Plans.Readers;

/// <summary>What a reader made of a plan file.</summary>
/// <param name="Plan">The plan; null when it has errors. Warnings leave it usable.</param>
/// <param name="Faults">All errors and warnings by place.</param>
public sealed record PlanReadResult(Plan? Plan, IReadOnlyList<PlanFault> Faults)
{
    /// <summary>The plan can be run.</summary>
    public bool IsValid => Plan is not null;

    /// <summary>The faults that refuse the plan.</summary>
    public IReadOnlyList<PlanFault> Errors => [.. Faults.Where(f => f.Severity == FaultSeverity.Error)];

    /// <summary>The faults that a person should look at.</summary>
    public IReadOnlyList<PlanFault> Warnings => [.. Faults.Where(f => f.Severity == FaultSeverity.Warning)];

    /// <summary>Number of tasks that were found, also in a refused plan.</summary>
    public int TaskCount { get; init; }

    internal PlanPlaces Places { get; init; } = PlanPlaces.None;

    /// <summary>The same result as <c>--strict</c> judges it: every warning is an error.</summary>
    public PlanReadResult AsStrict()
    {
        PlanFault[] faults = [.. Faults.Select(f => f with { Severity = FaultSeverity.Error })];
        return this with { Plan = faults.Length == 0 ? Plan : null, Faults = faults };
    }
}
