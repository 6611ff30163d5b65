namespace Orchestrator.Messages;

/// <summary>An argument of a steering command, as offered by the command line, the API and web forms.</summary>
/// <param name="Name">Name of the command-line option and of the JSON member.</param>
/// <param name="Description">Phrase that describes the argument in help texts.</param>
public sealed record SteeringCommandParameter(string Name, string Description)
{
    /// <summary>True if the command is refused without the argument. On the command line, a required argument is positional.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Placeholder for the argument's value in help texts. Default: TEXT.</summary>
    public string Placeholder { get; init; } = "TEXT";

    /// <summary>The accepted values; empty if any text is accepted.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Sentence that tells the user how to correct an invalid value; empty if no such advice is needed.</summary>
    public string Cure { get; init; } = "";

    /// <summary>
    /// Returns the reason why a value is invalid, or null if the value is valid. The check may depend on other arguments.
    /// </summary>
    public Func<string, SteeringCommandUserInput, string?> Check { get; init; } = (_, _) => null;
}
