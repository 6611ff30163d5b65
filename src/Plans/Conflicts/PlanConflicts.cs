namespace Orchestrator.Plans;

/// <summary>Conflicts between tasks that could run at the same time. Tasks without declared files are excluded because the run serializes
/// them;
/// completed tasks are excluded too.</summary>
/// <param name="Conflicts">Pairs in which both tasks own the same object.</param>
/// <param name="Warnings">Pairs in which one task reads or appends to an object of the other.</param>
/// <param name="IsTruncated">True if one of the lists reached <see cref="Most"/> and further conflicts are omitted.</param>
public sealed record PlanConflicts(IReadOnlyList<PlanConflict> Conflicts, IReadOnlyList<PlanConflict> Warnings, bool IsTruncated)
{
    /// <summary>Maximum number of listed conflicts, and of listed warnings.</summary>
    public const int Most = 100_000;

    /// <summary>Finds all conflicts of a plan. The time depends on the size of the plan and the number of conflicts, not on the number of
    /// task pairs.</summary>
    public static PlanConflicts Of(Plan plan) => Of(plan, TaskGraph.Of(plan));

    /// <summary>Finds all conflicts of a plan, given its graph.</summary>
    public static PlanConflicts Of(Plan plan, TaskGraph graph)
    {
        var finder = new ConflictFinder(plan, graph);
        return new PlanConflicts(finder.Conflicts(), finder.Warnings(), finder.IsTruncated);
    }
}
