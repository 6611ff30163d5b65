using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>Parameters of a single run of a described program, used to interpret its output.</summary>
internal sealed record DescribedCall
{
    /// <summary>Name of the agent in settings.</summary>
    public required string Name { get; init; }

    public required AgentDescription Description { get; init; }

    /// <summary>Arguments of the program.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Conversation to continue, or null for a new one.</summary>
    public string? Continues { get; init; }

    /// <summary>Requested model, or null for the program's own choice.</summary>
    public string? Model { get; init; }

    /// <summary>True if an answer by schema was requested.</summary>
    public bool WantsAnswer { get; init; }

    /// <summary>Sentence with the version for which the description was tested, and the fix if another version is installed.</summary>
    public string Versions =>
        Description.Tried is { } tried
            ? $"Its description was tested with version {tried}: install that version, or correct agents.{Name}.description."
            : $"Its description was not tested: correct agents.{Name}.description.";
}
