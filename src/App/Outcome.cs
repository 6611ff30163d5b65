namespace Orchestrator.App;

/// <summary>Outcome of a use case. The values are the exit codes of the command line, which are a public contract and never
/// change.</summary>
public enum Outcome
{
    /// <summary>Success.</summary>
    Done = 0,

    /// <summary>The work failed, such as a failed task or gate, or a detected conflict.</summary>
    WorkFailed = 1,

    /// <summary>Invalid usage, plan or configuration, or no git repository.</summary>
    Usage = 2,

    /// <summary>Waits for a decision, or could not ask a question because there is no terminal.</summary>
    NeedsPerson = 3,

    /// <summary>Paused, interrupted, or stored while no engine runs; <c>resume</c> continues.</summary>
    Resumable = 4,

    /// <summary>The engine, git or the agent's program is unavailable.</summary>
    Unavailable = 5,

    /// <summary>Interrupted before any work started.</summary>
    Interrupted = 130,
}
