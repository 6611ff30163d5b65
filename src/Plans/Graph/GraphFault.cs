namespace Orchestrator.Plans;

/// <summary>The fault of a graph.</summary>
public enum GraphFaultKind
{
    /// <summary>Two tasks have the same id, compared without case as file systems and refs may.</summary>
    DuplicateId,

    /// <summary>A task depends on one that does not exist.</summary>
    UnknownDependency,

    /// <summary>A task depends on itself.</summary>
    SelfDependency,

    /// <summary>Tasks depend on each other in a circle.</summary>
    Cycle,
}

/// <summary>One fault of a graph.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="TaskIndex">Position of the task in the plan.</param>
/// <param name="DependencyIndex">Position in its <c>depends_on</c>; for a duplicate id the position of the first task that has it.</param>
/// <param name="TaskId">Id of the task.</param>
/// <param name="Ids">The unknown id, both duplicates, or the cycle in order with its first id at the end too.</param>
public sealed record GraphFault(GraphFaultKind Kind, int TaskIndex, int DependencyIndex, string TaskId, IReadOnlyList<string> Ids);
