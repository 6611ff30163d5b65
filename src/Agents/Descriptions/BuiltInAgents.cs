using System.Reflection;

namespace Orchestrator.Agents.Descriptions;

/// <summary>Agents whose descriptions are built into the program, so that users need not configure them.</summary>
public static class BuiltInAgents
{
    private const string Prefix = "Orchestrator.Agents.Descriptions.Known.";
    private const string Suffix = ".json";

    /// <summary>Names of the agents with a built-in description, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(BuiltInAgents)
            .Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Returns the built-in description of an agent, or null if the name is unknown.</summary>
    public static AgentDescription? Find(string name)
    {
        if (FindText(name) is null)
        {
            return null;
        }
        (var description, var faults) = AgentDescriptionReader.Read(JsonSerializer.Serialize(name));
        return description
            ?? throw new InvalidOperationException($"The built-in description of agent {name} is invalid: {string.Join(" ", faults)}");
    }

    /// <summary>Returns the JSON text of an agent's built-in description, or null if the name is unknown.</summary>
    internal static string? FindText(string name)
    {
        using var stream = Names.Contains(name) ? Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name + Suffix) : null;
        if (stream is null)
        {
            return null;
        }
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
