namespace Orchestrator.Plans;

/// <summary>Tasks that could run at the same time and conflict at a file or resource. A task without declared files is no conflict, because
/// the run serialises it. Neither is a completed one.</summary>
/// <param name="Conflicts">Pairs that both own the same.</param>
/// <param name="Warnings">Pairs of which one reads or appends what the other owns.</param>
/// <param name="IsTruncated">There are more than <see cref="Most"/> of one kind; the rest is not listed.</param>
public sealed record PlanConflicts(IReadOnlyList<PlanConflict> Conflicts, IReadOnlyList<PlanConflict> Warnings, bool IsTruncated)
{
    /// <summary>Most conflicts that are listed, and most warnings.</summary>
    public const int Most = 100_000;

    /// <summary>All conflicts of a plan. The time depends on the size of the plan and the number of conflicts, not on the number of pairs
    /// of tasks.</summary>
    public static PlanConflicts Of(Plan plan) => Of(plan, TaskGraph.Of(plan));

    /// <summary>Finds conflicts by a given graph of the plan.</summary>
    public static PlanConflicts Of(Plan plan, TaskGraph graph)
    {
        var finder = new ConflictFinder(plan, graph);
        return new PlanConflicts(finder.Conflicts(), finder.Warnings(), finder.IsTruncated);
    }
}
