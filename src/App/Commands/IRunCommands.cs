namespace Orchestrator.App.Commands;

/// <summary>
/// Commands that change the runs of a repository, for callers without a terminal. If no worker serves a run, a background process continues
/// it.
/// </summary>
/// <remarks>Expected failures never cause an exception. The result then contains the problem and its remedy.</remarks>
public interface IRunCommands
{
    /// <summary>Executes a command of <see cref="SteeringCatalog"/>.</summary>
    /// <param name="definition">The command.</param>
    /// <param name="request">The run, the task and the arguments of the command.</param>
    /// <param name="cancellationToken">Cancels the wait. A command that was already sent is not revoked.</param>
    Task<RunControlResult> SteerAsync(SteeringCommandDefinition definition, SteeringRequest request, CancellationToken cancellationToken);

    /// <summary>Starts a run in the background. Returns when the run is executing tasks or waiting for approval.</summary>
    Task<RunControlResult> StartAsync(BackgroundRunRequest start, CancellationToken cancellationToken);

    /// <summary>Sends a user's message to the agent of a task, or to all agents of a run.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="task">Id of the task, or null for all agents of the run.</param>
    /// <param name="text">The text of the message.</param>
    /// <param name="cancellationToken">Cancels the sending.</param>
    Task<RunControlResult> SendMailAsync(string run, string? task, string text, CancellationToken cancellationToken);

    /// <summary>Prevents new agent starts in a run. Running agents continue.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="reason">Reason that the user gave.</param>
    /// <param name="cancellationToken">Cancels the wait for other writers.</param>
    Task<RunControlResult> HoldAsync(string run, string reason, CancellationToken cancellationToken);

    /// <summary>Releases the hold on a run, so that its agents can start again.</summary>
    Task<RunControlResult> ReleaseAsync(string run, CancellationToken cancellationToken);

    /// <summary>Opens a draft pull request for each branch of a run, or updates the existing ones.</summary>
    Task<RunControlResult> OpenPullRequestsAsync(string run, CancellationToken cancellationToken);

    /// <summary>Removes leftovers of ended runs, but only leftovers that are verified to be merged or obsolete.</summary>
    Task<RunControlResult> CleanUpAsync(CancellationToken cancellationToken);
}

/// <summary>The target and the arguments of a steering command.</summary>
/// <param name="Run">Id of the run.</param>
/// <param name="Task">Id of the task or question, or null for the whole run.</param>
public sealed record SteeringRequest(string Run, string? Task = null)
{
    /// <summary>Values of the command's arguments, keyed by argument name.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// True to land even if the staging branch no longer contains some of the run's changes (lost changes). The report lists these changes.
    /// </summary>
    public bool AcceptsLosses { get; init; }

    /// <summary>True if the user confirmed that the landing of the aborted run may be reverted.</summary>
    public bool Confirmed { get; init; }

    /// <summary>True to also apply the command to all tasks that depend on the given task.</summary>
    public bool WithDependants { get; init; }
}
