namespace Orchestrator.Plans;

/// <summary>Kind of error in a task graph.</summary>
public enum GraphFaultKind
{
    /// <summary>Two tasks have the same id. Ids are compared ignoring case, because file systems and refs may ignore case.</summary>
    DuplicateId,

    /// <summary>A task depends on a task that does not exist.</summary>
    UnknownDependency,

    /// <summary>A task depends on itself.</summary>
    SelfDependency,

    /// <summary>Tasks depend on each other in a cycle.</summary>
    Cycle,
}

/// <summary>An error in a task graph.</summary>
/// <param name="Kind">Kind of fault.</param>
/// <param name="TaskIndex">Index of the task in the plan.</param>
/// <param name="DependencyIndex">Index of the dependency in the task's <c>depends_on</c>. For a duplicate id, the index of the first task
/// with that id.</param>
/// <param name="TaskId">Id of the task.</param>
/// <param name="Ids">The unknown id, both duplicate ids, or the ids of the cycle in order, with the first id repeated at the end.</param>
public sealed record GraphFault(GraphFaultKind Kind, int TaskIndex, int DependencyIndex, string TaskId, IReadOnlyList<string> Ids);
