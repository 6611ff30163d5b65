namespace Orchestrator.Plans;

/// <summary>
/// Conflicts between tasks that could run at the same time. Excludes completed tasks. Also excludes tasks without declared files, because
/// the run executes them one at a time.
/// </summary>
/// <param name="Conflicts">Pairs in which both tasks own the same object.</param>
/// <param name="Warnings">Pairs in which one task reads an object that the other owns, or appends to it.</param>
/// <param name="IsTruncated">True if a list reached <see cref="Most"/> entries and the other conflicts are omitted.</param>
public sealed record TaskOwnershipConflictResult(
    IReadOnlyList<TaskOwnershipConflict> Conflicts,
    IReadOnlyList<TaskOwnershipConflict> Warnings,
    bool IsTruncated
)
{
    /// <summary>Maximum number of conflicts in each list.</summary>
    public const int Most = 100_000;

    /// <summary>
    /// Finds all conflicts of a plan. The time needed depends on the size of the plan and the number of conflicts, rather than on the
    /// number of task pairs.
    /// </summary>
    public static TaskOwnershipConflictResult Of(Plan plan) => Of(plan, TaskGraph.Of(plan));

    /// <summary>Finds all conflicts of a plan, given its dependency graph.</summary>
    public static TaskOwnershipConflictResult Of(Plan plan, TaskGraph graph)
    {
        var finder = new TaskOwnershipConflictFinder(plan, graph);
        return new TaskOwnershipConflictResult(finder.Conflicts(), finder.Warnings(), finder.IsTruncated);
    }
}
