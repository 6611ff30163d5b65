using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>Parameters of an agent run that are needed to interpret the output of a program with an agent description.</summary>
internal sealed record DescribedAgentParserOptions
{
    /// <summary>Name of the agent in the settings.</summary>
    public required string Name { get; init; }

    public required AgentDescription Description { get; init; }

    /// <summary>Arguments of the program.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Id of the conversation to continue, or null for a new conversation.</summary>
    public string? Continues { get; init; }

    /// <summary>Requested model, or null for the program's own choice.</summary>
    public string? Model { get; init; }

    /// <summary>True if an answer that matches a schema was requested.</summary>
    public bool WantsAnswer { get; init; }

    /// <summary>
    /// Sentence for users that names the tested version of the program, or says that no version was tested. The sentence also suggests a
    /// fix.
    /// </summary>
    public string Versions =>
        Description.Tried is { } tried
            ? $"Its description was tested with version {tried}. Install that version, or correct agents.{Name}.description."
            : $"Its description was not tested. Correct agents.{Name}.description.";
}
