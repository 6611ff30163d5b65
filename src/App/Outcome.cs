namespace Orchestrator.App;

/// <summary>The end of a use case. The numbers are exit codes of the command line; they are part of the product and never
/// renumbered.</summary>
public enum Outcome
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>The work failed: a task, a gate, a conflict that was found.</summary>
    WorkFailed = 1,

    /// <summary>Wrong usage, an invalid plan or configuration, or no repository.</summary>
    Usage = 2,

    /// <summary>Waits for a person, or a question that nobody could answer without a terminal.</summary>
    NeedsPerson = 3,

    /// <summary>Paused, interrupted, or delivered without a running engine: <c>resume</c> goes on.</summary>
    Resumable = 4,

    /// <summary>Engine, git or agent program is not available.</summary>
    Unavailable = 5,

    /// <summary>Interrupted before anything began.</summary>
    Interrupted = 130,
}
