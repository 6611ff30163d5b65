using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>The subject of one start of a described program, for readers of its output.</summary>
internal sealed record DescribedCall
{
    /// <summary>The agent's name in the settings.</summary>
    public required string Name { get; init; }

    public required AgentDescription Description { get; init; }

    /// <summary>The arguments it was started with.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The conversation that it was to continue; null: it began one.</summary>
    public string? Continues { get; init; }

    /// <summary>The model that was asked for; null: its own choice.</summary>
    public string? Model { get; init; }

    /// <summary>An answer by schema was requested.</summary>
    public bool WantsAnswer { get; init; }

    /// <summary>The version that the description was tried with, and the cure where another is installed; a sentence.</summary>
    public string Versions =>
        Description.Tried is { } tried
            ? $"Its description was tried with version {tried}: install that, or correct agents.{Name}.description."
            : $"Its description was not tried: correct agents.{Name}.description.";
}
