namespace Orchestrator.Workflows.Runs;

/// <summary>A user's resolution of an escalated run, from the command until it is carried out.</summary>
/// <param name="command">The command.</param>
internal sealed class Resolution(ResolutionCommand command)
{
    public ResolutionCommand Command => command;

    /// <summary>The user who decided, with their reason.</summary>
    public Person By { get; } = Person.Of(command.By, command.Reason);

    /// <summary>Name of the user who resolved the escalation.</summary>
    public string Who => By.Who;

    /// <summary>Answer to the command, or null if not known yet.</summary>
    public SteeringAnswer? Answer { get; private set; }

    /// <summary>Answers that the resolution is being carried out.</summary>
    public void Accept(string message) => Answer ??= new SteeringAnswer(message, Changed: true);

    /// <summary>Answers that the resolution was refused and nothing was changed.</summary>
    public void Refuse(string message) => Answer ??= new SteeringAnswer(message, Changed: false);
}
