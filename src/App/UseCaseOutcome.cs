namespace Orchestrator.App;

/// <summary>
/// The outcome of a use case. The values are the exit codes of the command line. They are a public contract and never change.
/// </summary>
public enum UseCaseOutcome
{
    /// <summary>The command succeeded.</summary>
    Done = 0,

    /// <summary>The work failed. For example, a task or a gate failed, or a conflict was detected.</summary>
    WorkFailed = 1,

    /// <summary>The arguments, the plan or the configuration are invalid, or there is no git repository.</summary>
    Usage = 2,

    /// <summary>A user must decide, or a question could not be asked because there is no terminal.</summary>
    NeedsPerson = 3,

    /// <summary>
    /// The run was paused or interrupted, or the command was stored because no process is executing the run. <c>resume</c> continues the
    /// run.
    /// </summary>
    Resumable = 4,

    /// <summary>The engine, git or the agent program is unavailable.</summary>
    Unavailable = 5,

    /// <summary>The command was interrupted before any work started.</summary>
    Interrupted = 130,
}
