namespace Orchestrator.Messages;

/// <summary>An argument of a steering command, as the command line, the API and forms offer it.</summary>
/// <param name="Name">Name of the option and of the JSON member.</param>
/// <param name="Description">Its meaning, in a phrase.</param>
public sealed record SteeringArgument(string Name, string Description)
{
    /// <summary>True if the command is refused without the argument. On the command line such an argument has a position.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Placeholder in help texts. Default: TEXT.</summary>
    public string Placeholder { get; init; } = "TEXT";

    /// <summary>The accepted values; empty for any text.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>The cure for a refused value; empty for none.</summary>
    public string Cure { get; init; } = "";

    /// <summary>Names the fault of a value, which may depend on the other arguments; null for a valid one.</summary>
    public Func<string, SteeringInput, string?> Check { get; init; } = (_, _) => null;
}
