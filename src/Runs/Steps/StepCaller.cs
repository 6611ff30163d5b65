namespace Orchestrator.Runs;

/// <summary>State of the workflow execution that requested a step.</summary>
public enum StepRequesterWorkflowStatus
{
    /// <summary>The execution is open and has recorded all work that was done for it.</summary>
    Open,

    /// <summary>
    /// The execution is open, but was created by a reset. Steps of an earlier execution may have done work that this execution has not
    /// recorded.
    /// </summary>
    OpenAfterReset,

    /// <summary>
    /// The execution was terminated or reset. No workflow is waiting for the result, and another execution may do the same work.
    /// </summary>
    Over,
}

/// <summary>Returns the state of the workflow execution that requested the current step.</summary>
public delegate Task<StepRequesterWorkflowStatus> GetCallerState(CancellationToken stop);

/// <summary>
/// Queries a run's workflow for its status with all tasks. Returns null if the workflow does not respond. Steps that depend on other tasks
/// use this query, because the status file in the run's folder is only for display.
/// </summary>
public delegate Task<RunStatus?> AskRun(string runId, CancellationToken stop);
