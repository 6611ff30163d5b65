namespace Orchestrator.App.Commands;

/// <summary>The commands that change runs of a repository, for callers without a terminal. If no worker serves a run, the
/// run continues in a background process.</summary>
/// <remarks>No method throws for an expected failure: the result describes the failure and its remedy.</remarks>
public interface IRunCommands
{
    /// <summary>Carries out a command of <see cref="SteeringCatalog"/>.</summary>
    /// <param name="definition">The command.</param>
    /// <param name="request">Run, task and arguments.</param>
    /// <param name="cancellationToken">Stops waiting; a command that was sent remains sent.</param>
    Task<CommandResult> SteerAsync(SteeringDefinition definition, SteeringRequest request, CancellationToken cancellationToken);

    /// <summary>Starts a run in the background, and returns when it works or waits for approval.</summary>
    Task<CommandResult> StartAsync(RunToStart start, CancellationToken cancellationToken);

    /// <summary>Sends a user's mail to the agent of a task, or to all agents of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="task">The task, or null for all.</param>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Cancels the sending.</param>
    Task<CommandResult> SendMailAsync(string run, string? task, string text, CancellationToken cancellationToken);

    /// <summary>Stops starting agents of a run; running ones continue.</summary>
    /// <param name="run">The run.</param>
    /// <param name="reason">The user's reason.</param>
    /// <param name="cancellationToken">Cancels the wait for other writers.</param>
    Task<CommandResult> HoldAsync(string run, string reason, CancellationToken cancellationToken);

    /// <summary>Releases the hold of a run.</summary>
    Task<CommandResult> ReleaseAsync(string run, CancellationToken cancellationToken);

    /// <summary>Opens draft pull requests for a run, or updates its existing ones.</summary>
    Task<CommandResult> OpenPullRequestsAsync(string run, CancellationToken cancellationToken);

    /// <summary>Removes leftovers of ended runs that are proven to be merged or superseded.</summary>
    Task<CommandResult> CleanUpAsync(CancellationToken cancellationToken);
}

/// <summary>A steering command of a caller.</summary>
/// <param name="Run">Id of the run.</param>
/// <param name="Task">Id of the task or question, or null for the whole run.</param>
public sealed record SteeringRequest(string Run, string? Task = null)
{
    /// <summary>Values of the command's arguments by name.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>True to land even though changes of the run are lost; the report names them.</summary>
    public bool AcceptsLosses { get; init; }

    /// <summary>True if the user confirmed that an aborted run's landing may be taken back.</summary>
    public bool Confirmed { get; init; }

    /// <summary>True to apply the command to all tasks that depend on the named one, too.</summary>
    public bool WithDependants { get; init; }
}
