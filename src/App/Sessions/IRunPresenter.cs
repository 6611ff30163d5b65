namespace Orchestrator.App.Sessions;

/// <summary>Shows runs to the user, asks the user about plans, and forwards the user's requests to stop.</summary>
public interface IRunPresenter
{
    /// <summary>Canceled when the user requests a stop.</summary>
    CancellationToken Stopping { get; }

    /// <summary>Sets the function that is called if the user closes the terminal without requesting a stop.</summary>
    /// <param name="continueElsewhere">Continues the work in another process and returns true. If it returns false, closing the terminal
    /// counts as a request to stop.</param>
    void OnHangUp(Func<bool> continueElsewhere);

    /// <summary>Opens a view of a run.</summary>
    /// <param name="folder">Absolute path of the run's folder.</param>
    /// <param name="table">True to show a live table if the terminal supports it. False to show one line per event.</param>
    /// <param name="skipUntil">Number of the last event that was already shown.</param>
    ILiveRunView Open(string folder, bool table, long skipUntil = 0);

    /// <summary>Asks the user to approve the plan of a run.</summary>
    /// <returns>The answer, or null if the run does not ask or no user answers.</returns>
    Task<PlanApprovalAnswer?> AskAsync(RunStatus run, LocalRepositoryPaths repository, OrchestratorSettings settings);
}

/// <summary>A view of one run.</summary>
public interface ILiveRunView
{
    /// <summary>True if the view shows durations that must be updated even if nothing else changes.</summary>
    bool HasClocks { get; }

    /// <summary>Shows the current status, and any new warnings and events.</summary>
    /// <param name="status">Status of the run.</param>
    /// <param name="isLast">True if this is the last call before the final message.</param>
    void Show(RunStatus status, bool isLast);

    /// <summary>Stops updating the view. Its last content stays visible.</summary>
    void Close();

    /// <summary>Shows the final message about a run that is no longer followed.</summary>
    /// <param name="status">Status of the run.</param>
    /// <param name="asks">True if the user is asked to approve the plan next, so that the message omits this question.</param>
    Task ShowEndAsync(RunStatus status, bool asks = false);
}
