namespace Orchestrator.Plans;

/// <summary>Kind of object that two tasks conflict over.</summary>
public enum FileOrResourceKind
{
    /// <summary>A file path, or two patterns that match a common path.</summary>
    File,

    /// <summary>A resource, other than a file, that the tasks declare by name.</summary>
    Resource,
}

/// <summary>Ways in which two conflicting tasks use the same file or resource.</summary>
public enum TaskAccessConflictKind
{
    /// <summary>Both tasks own the file or resource.</summary>
    Write,

    /// <summary>One task owns the file or resource, and the other reads it.</summary>
    Read,

    /// <summary>One task owns the file, and the other appends lines to it.</summary>
    Append,
}

/// <summary>A dependency that is missing from the plan and that would determine the order of two tasks.</summary>
/// <param name="Task">Id of the task that should wait.</param>
/// <param name="DependsOn">Id of the task that should run first.</param>
public sealed record MissingTaskDependency(string Task, string DependsOn);

/// <summary>A conflict over a file or resource between two tasks whose order the dependency graph does not determine.</summary>
/// <param name="Kind">Kind of the shared object.</param>
/// <param name="Use">Way in which the two tasks use the object.</param>
/// <param name="Path">Conflicting path, pattern or resource. If two patterns conflict, the narrower one.</param>
/// <param name="Tasks">Ids of the two tasks, in plan order.</param>
/// <param name="MissingEdge">A dependency that would order the tasks. The missing edges of all conflicts together never form a
/// cycle.</param>
public sealed record TaskOwnershipConflict(
    FileOrResourceKind Kind,
    TaskAccessConflictKind Use,
    string Path,
    IReadOnlyList<string> Tasks,
    MissingTaskDependency MissingEdge
)
{
    /// <summary>Sentence that describes the conflict.</summary>
    public string Message =>
        Use switch
        {
            TaskAccessConflictKind.Read =>
                $"Task '{MissingEdge.Task}' reads '{Path}', which task '{MissingEdge.DependsOn}' writes, and neither waits for the other.",
            TaskAccessConflictKind.Append =>
                $"Task '{MissingEdge.Task}' adds to '{Path}', which task '{MissingEdge.DependsOn}' owns, and neither waits for the other.",
            _ => $"Tasks '{Tasks[0]}' and '{Tasks[1]}' both own {(Kind == FileOrResourceKind.File ? "" : "the resource ")}'{Path}', "
                + $"and neither waits for the other.",
        };

    /// <summary>Sentence that suggests how to resolve the conflict.</summary>
    public string Cure => $"Let '{MissingEdge.Task}' depend on '{MissingEdge.DependsOn}', or assign '{Path}' to one of them.";
}
