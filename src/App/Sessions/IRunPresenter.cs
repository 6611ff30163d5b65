namespace Orchestrator.App.Sessions;

/// <summary>Shows the runs of a session to the user, asks about their plans, and passes on the user's requests to stop.</summary>
public interface IRunPresenter
{
    /// <summary>Cancelled when the user requests a stop.</summary>
    CancellationToken Stopping { get; }

    /// <summary>Sets the handler for a user who leaves without a request, for example by closing the terminal.</summary>
    /// <param name="continueElsewhere">Continues the work in another process and returns true. If it returns false, leaving counts as a
    /// request to stop.</param>
    void OnHangUp(Func<bool> continueElsewhere);

    /// <summary>Opens a view of a run.</summary>
    /// <param name="folder">Absolute path of the run's folder.</param>
    /// <param name="table">True to show a live table where possible, false for one line per transition.</param>
    /// <param name="skipUntil">Number of the last transition that was already shown.</param>
    IRunView Open(string folder, bool table, long skipUntil = 0);

    /// <summary>Asks the user about the plan of a run.</summary>
    /// <returns>The answer, or null if the run does not ask or no user answered.</returns>
    Task<PlanAnswer?> AskAsync(RunStatus run, RepositoryLocation repository, OrchestratorSettings settings);
}

/// <summary>View of one run.</summary>
public interface IRunView
{
    /// <summary>True if the view shows clocks, which must be updated while nothing happens.</summary>
    bool HasClocks { get; }

    /// <summary>Shows the current status, and warnings and transitions that are new.</summary>
    /// <param name="status">Status of the run.</param>
    /// <param name="isLast">True if the final message follows.</param>
    void Show(RunStatus status, bool isLast);

    /// <summary>Ends the updates; what is shown remains.</summary>
    void Close();

    /// <summary>Shows the final message about a run that is no longer watched.</summary>
    /// <param name="status">Status of the run.</param>
    /// <param name="asks">True if the user is asked next to approve the plan, so that this question is omitted.</param>
    Task ShowEndAsync(RunStatus status, bool asks = false);
}
