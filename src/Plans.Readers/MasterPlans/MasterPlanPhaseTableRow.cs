namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>A row in a phase table.</summary>
internal sealed record MasterPlanPhaseTableRow(
    int Line,
    string Id,
    string Title,
    string? Link,
    string Focus,
    string Risk,
    MarkdownTableCell? Status,
    string DependsOn
);
