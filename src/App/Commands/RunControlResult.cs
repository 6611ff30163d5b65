namespace Orchestrator.App.Commands;

/// <summary>Result of a command that changes a repository's runs.</summary>
/// <param name="Outcome">Outcome of the command.</param>
/// <param name="Messages">Messages to the user in order, one per line.</param>
public sealed record RunControlResult(UseCaseOutcome Outcome, string Messages)
{
    /// <summary>Problem and remedy if the command was refused or failed, or null if it succeeded.</summary>
    public UseCaseException? Fault { get; init; }

    /// <summary>
    /// Id of the run that the command started, or null if it started none. The run may be waiting for approval or may already have failed.
    /// </summary>
    public string? RunId { get; init; }

    /// <summary>True if the command succeeded.</summary>
    public bool IsDone => Outcome == UseCaseOutcome.Done;

    /// <summary>The messages, followed by the problem and the remedy if there are any.</summary>
    public string Text => $"{Messages}\n{Fault?.Message}\n{Fault?.Cure}".Trim();
}
