namespace Orchestrator.Messages;

/// <summary>A steering command with its arguments, ready to be sent to a run.</summary>
/// <param name="Name">Name of the update, and of the signal that delivers the command while no worker runs.</param>
/// <param name="Message">Argument of the update, or null for a command about the whole run that has none.</param>
public sealed record SteeringCall(string Name, object? Message)
{
    /// <summary>Names the reason for which the run refuses the command, as far as its record tells; null if it is accepted.</summary>
    public Func<RunStatus, string?> Refuse { get; init; } = _ => null;

    /// <summary>True for a run in the state that the command brings about, from which no agent starts. Null for a command after which
    /// agents may start.</summary>
    public Func<RunStatus, bool>? Reached { get; init; }

    /// <summary>The meaning of an answer that nothing was changed.</summary>
    public Unchanged Unchanged { get; init; }

    /// <summary>True if the landing of the run is reverted once it has ended.</summary>
    public bool Withdraws { get; init; }
}

/// <summary>The meaning of an answer that nothing was changed.</summary>
public enum Unchanged
{
    /// <summary>The run is in the requested state already.</summary>
    Done,

    /// <summary>The request was refused.</summary>
    Refused,

    /// <summary>The command was executed and failed.</summary>
    Failed,
}
