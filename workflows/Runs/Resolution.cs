namespace Orchestrator.Workflows.Runs;

/// <summary>A person's resolution of a run that can't go on by itself, from the command until it is carried out.</summary>
/// <param name="command">The command.</param>
internal sealed class Resolution(ResolveCommand command)
{
    public ResolveCommand Command => command;

    /// <summary>The person who decided.</summary>
    public string Who => Said.By(command.By);

    /// <summary>The answer to the command; null: not known yet.</summary>
    public SteeringAnswer? Answer { get; private set; }

    /// <summary>It is being carried out.</summary>
    public void Accept(string message) => Answer ??= new SteeringAnswer(message, Changed: true);

    /// <summary>Refused; nothing was changed.</summary>
    public void Refuse(string message) => Answer ??= new SteeringAnswer(message, Changed: false);
}

/// <summary>Names the author of a command in the record.</summary>
internal static class Said
{
    /// <summary>The person, and which client they used.</summary>
    /// <param name="by">What the caller gave; empty: nothing.</param>
    public static string By(string by) => by.Length > 0 ? by : "a person";

    /// <summary>The author of a command about the run as a whole, with their reason.</summary>
    /// <param name="command">The command; null: without a reason.</param>
    public static string By(PersonCommand? command) => By(command?.By ?? "", command?.Reason ?? "");

    /// <summary>Who said it, with their reason.</summary>
    public static string By(string by, string reason) => reason.Length > 0 ? $"{By(by)}: {reason}" : By(by);
}
