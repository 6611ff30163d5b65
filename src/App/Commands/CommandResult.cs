namespace Orchestrator.App.Commands;

/// <summary>Result of a command that changes something.</summary>
/// <param name="Outcome">Its outcome.</param>
/// <param name="Messages">The messages to the user, in order, one per line.</param>
public sealed record CommandResult(Outcome Outcome, string Messages)
{
    /// <summary>Cause and cure if the command was refused or failed, or null.</summary>
    public UseCaseException? Fault { get; init; }

    /// <summary>Id of the run that the command started, which may wait for approval or have failed already; null if none was
    /// started.</summary>
    public string? RunId { get; init; }

    /// <summary>True if the command did its work.</summary>
    public bool IsDone => Outcome == Outcome.Done;

    /// <summary>The messages with cause and cure.</summary>
    public string Text => $"{Messages}\n{Fault?.Message}\n{Fault?.Cure}".Trim();
}
