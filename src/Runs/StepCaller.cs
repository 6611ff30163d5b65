namespace Orchestrator.Runs;

/// <summary>How the execution of a run stands that a step is done for.</summary>
public enum CallerState
{
    /// <summary>It is open, and knows of all that was done for it.</summary>
    Open,

    /// <summary>It is open and was made by a reset: another execution before it may have done what it does not know of.</summary>
    OpenAfterReset,

    /// <summary>It is closed (terminated, reset): nobody waits for what is done, and another one may do the same.</summary>
    Over,
}

/// <summary>Asks how the execution stands that the step at hand is done for.</summary>
public delegate Task<CallerState> AskCaller(CancellationToken stop);
