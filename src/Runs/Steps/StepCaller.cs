namespace Orchestrator.Runs;

/// <summary>State of the run execution that a step is done for.</summary>
public enum CallerState
{
    /// <summary>Open, and it knows of everything that was done for it.</summary>
    Open,

    /// <summary>Open, and created by a reset: an earlier execution may have done what it does not know of.</summary>
    OpenAfterReset,

    /// <summary>Closed (terminated, reset): the result is not awaited, and another execution may do the same.</summary>
    Over,
}

/// <summary>Finds out the state of the execution that the current step is done for.</summary>
public delegate Task<CallerState> AskCaller(CancellationToken stop);

/// <summary>Asks a run's workflow for its status, with all tasks; null: it can't answer. What steps decide by the state of other tasks they
/// learn from here: the status file in the run's folder is for people.</summary>
public delegate Task<RunStatus?> AskRun(string runId, CancellationToken stop);
