namespace Orchestrator.Workflows.Runs;

/// <summary>A person's resolution of a run that can't go on by itself, from the command until it is carried out.</summary>
/// <param name="command">The command.</param>
internal sealed class Resolution(ResolutionCommand command)
{
    public ResolutionCommand Command => command;

    /// <summary>The person who decided, with their reason.</summary>
    public Person By { get; } = Person.Of(command.By, command.Reason);

    /// <summary>The name of that person.</summary>
    public string Who => By.Who;

    /// <summary>The answer to the command; null: not known yet.</summary>
    public SteeringAnswer? Answer { get; private set; }

    /// <summary>Answers the person that their resolution is being carried out.</summary>
    public void Accept(string message) => Answer ??= new SteeringAnswer(message, Changed: true);

    /// <summary>Refused; nothing was changed.</summary>
    public void Refuse(string message) => Answer ??= new SteeringAnswer(message, Changed: false);
}
