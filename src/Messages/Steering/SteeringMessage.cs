namespace Orchestrator.Messages;

/// <summary>A steering command with its arguments, ready to be sent to a run.</summary>
/// <param name="Name">Name of the update, and of the signal that delivers the command while no worker runs.</param>
/// <param name="Message">Argument of the update, or null if the update has none.</param>
public sealed record SteeringMessage(string Name, object? Message)
{
    /// <summary>
    /// Returns the reason why the run would refuse the command according to its recorded status, or null if the record allows it.
    /// </summary>
    public Func<RunStatus, string?> Refuse { get; init; } = _ => null;

    /// <summary>
    /// True if a run's status shows that the command has taken effect and that no agent will start. Null for commands that allow agents to
    /// start.
    /// </summary>
    public Func<RunStatus, bool>? Reached { get; init; }

    /// <summary>Cause to assume if the run answers that the command changed nothing.</summary>
    public SteeringNoEffectCause Unchanged { get; init; }
}

/// <summary>Possible causes if a run reports that a command changed nothing.</summary>
public enum SteeringNoEffectCause
{
    /// <summary>The run was already in the requested state.</summary>
    Done,

    /// <summary>The run refused the request.</summary>
    Refused,

    /// <summary>The command was executed and failed.</summary>
    Failed,
}
