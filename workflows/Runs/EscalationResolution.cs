namespace Orchestrator.Workflows.Runs;

/// <summary>A user's resolution of an escalated run, from the command until its result is known.</summary>
/// <param name="command">Command from the user.</param>
internal sealed class EscalationResolution(ResolveEscalationArguments command)
{
    public ResolveEscalationArguments Command => command;

    /// <summary>User who decided, with the reason given.</summary>
    public DecidingUser By { get; } = DecidingUser.Of(command.By, command.Reason);

    /// <summary>Name of the user who resolved the escalation.</summary>
    public string Who => By.Who;

    /// <summary>Answer to the command, or null while there is none.</summary>
    public SteeringUpdateResult? Answer { get; private set; }

    /// <summary>Answers that the resolution is accepted and being carried out.</summary>
    public void Accept(string message) => Answer ??= new SteeringUpdateResult(message, Changed: true);

    /// <summary>Answers that the resolution is refused and nothing was changed.</summary>
    public void Refuse(string message) => Answer ??= new SteeringUpdateResult(message, Changed: false);
}
