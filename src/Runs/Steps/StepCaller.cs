namespace Orchestrator.Runs;

/// <summary>State of the run execution that requested a step.</summary>
public enum CallerState
{
    /// <summary>Open, and aware of everything done for it.</summary>
    Open,

    /// <summary>Open and created by a reset, so that an earlier execution may have done work that it does not know of.</summary>
    OpenAfterReset,

    /// <summary>Closed (terminated or reset). The result is not awaited, and another execution may do the same work.</summary>
    Over,
}

/// <summary>Returns the state of the execution that requested the current step.</summary>
public delegate Task<CallerState> GetCallerState(CancellationToken stop);

/// <summary>Queries a run's workflow for its status with all tasks; null if it does not respond. Steps that depend on the state of other
/// tasks use this query, because the status file in the run's folder is only for display.</summary>
public delegate Task<RunStatus?> AskRun(string runId, CancellationToken stop);
