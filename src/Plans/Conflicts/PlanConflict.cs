namespace Orchestrator.Plans;

/// <summary>The kind of thing that two tasks conflict at.</summary>
public enum ConflictKind
{
    /// <summary>A path, or two patterns that some path matches.</summary>
    File,

    /// <summary>A logical resource.</summary>
    Resource,
}

/// <summary>The way in which two tasks conflict.</summary>
public enum ConflictUse
{
    /// <summary>Both own it.</summary>
    Write,

    /// <summary>One owns it, the other reads it.</summary>
    Read,

    /// <summary>One owns it, the other adds lines to it.</summary>
    Append,
}

/// <summary>The missing dependency that would order two tasks.</summary>
/// <param name="Task">The task that should wait.</param>
/// <param name="DependsOn">The task it should wait for.</param>
public sealed record MissingEdge(string Task, string DependsOn);

/// <summary>Two tasks without a path between them in the graph that conflict at a file or resource.</summary>
/// <param name="Kind">What they meet at.</param>
/// <param name="Use">Both write, or one reads or appends what the other writes.</param>
/// <param name="Path">The path, pattern or resource; of two patterns the narrower one.</param>
/// <param name="Tasks">The ids of the two, in plan order.</param>
/// <param name="MissingEdge">A dependency that would order them. All of them together never close a cycle.</param>
public sealed record PlanConflict(ConflictKind Kind, ConflictUse Use, string Path, IReadOnlyList<string> Tasks, MissingEdge MissingEdge)
{
    /// <summary>The conflict as a sentence.</summary>
    public string Message =>
        Use switch
        {
            ConflictUse.Read =>
                $"Task '{MissingEdge.Task}' reads '{Path}', which task '{MissingEdge.DependsOn}' writes, and neither waits for the other.",
            ConflictUse.Append =>
                $"Task '{MissingEdge.Task}' adds to '{Path}', which task '{MissingEdge.DependsOn}' owns, and neither waits for the other.",
            _ => $"Tasks '{Tasks[0]}' and '{Tasks[1]}' both own {(Kind == ConflictKind.File ? "" : "the resource ")}'{Path}', and neither "
                + "waits for the other.",
        };

    /// <summary>The way to resolve it.</summary>
    public string Cure => $"Let '{MissingEdge.Task}' depend on '{MissingEdge.DependsOn}', or give it to one of them.";
}
