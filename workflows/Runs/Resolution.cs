namespace Orchestrator.Workflows.Runs;

/// <summary>A person's way out of a run that can't go on by itself, from their word until it is carried out.</summary>
/// <param name="command">What they said.</param>
internal sealed class Resolution(ResolveCommand command)
{
    public ResolveCommand Command => command;

    /// <summary>Who said it.</summary>
    public string Who => Said.By(command.By);

    /// <summary>What they are told; null: it is not known yet.</summary>
    public SteeringAnswer? Answer { get; private set; }

    /// <summary>It is being carried out.</summary>
    public void Accept(string message) => Answer ??= new SteeringAnswer(message, Changed: true);

    /// <summary>Nothing was changed.</summary>
    public void Refuse(string message) => Answer ??= new SteeringAnswer(message, Changed: false);
}

/// <summary>Who said something to a run, as its record has it.</summary>
internal static class Said
{
    /// <summary>The person, and where they said it.</summary>
    /// <param name="by">What the caller gave; empty: nothing.</param>
    public static string By(string by) => by.Length > 0 ? by : "a person";

    /// <summary>Who wants something of a run as a whole, with their reason.</summary>
    /// <param name="command">What they sent; null: only that they want it.</param>
    public static string By(PersonCommand? command) => By(command?.By ?? "", command?.Reason ?? "");

    /// <summary>The same with their reason.</summary>
    public static string By(string by, string reason) => reason.Length > 0 ? $"{By(by)}: {reason}" : By(by);
}
