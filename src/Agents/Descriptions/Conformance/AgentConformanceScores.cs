using System.Reflection;
using System.Text.Json.Serialization;

namespace Orchestrator.Agents.Descriptions;

/// <summary>
/// Published score of an agent in the conformance tests (<c>tests/Agents.Tests</c>). The tests compare the published score with the actual
/// one.
/// </summary>
/// <param name="Version">Version whose behavior was simulated, or null if the documented behavior was simulated.</param>
/// <param name="Of">Number of test cases, each of which is a kind of malformed output.</param>
/// <param name="Fails">Names of the cases that were not handled.</param>
public sealed record AgentConformanceScore(string? Version, int Of, IReadOnlyList<string> Fails)
{
    /// <summary>Number of test cases that the agent passed.</summary>
    [JsonIgnore]
    public int Passed => Of - Fails.Count;
}

/// <summary>Published scores of agents in the conformance tests.</summary>
public static class AgentConformanceScores
{
    private static readonly Lazy<IReadOnlyDictionary<string, AgentConformanceScore>> Published = new(Read);

    /// <summary>Returns the score of an agent, or null if it was never tested.</summary>
    /// <param name="name">Name of the agent.</param>
    public static AgentConformanceScore? Find(string name) => Published.Value.GetValueOrDefault(name);

    /// <summary>Names of the agents with a score.</summary>
    public static IEnumerable<string> Names => Published.Value.Keys;

    private static Dictionary<string, AgentConformanceScore> Read()
    {
        using var stream = Assembly
            .GetExecutingAssembly()
            .GetManifestResourceStream("Orchestrator.Agents.Descriptions.Conformance.scores.json")!;
        return JsonSerializer.Deserialize(stream, AgentConformanceScoreJsonContext.Default.DictionaryStringAgentConformanceScore)!;
    }
}

/// <summary>Settings for the JSON serialization of the conformance scores.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Dictionary<string, AgentConformanceScore>))]
internal sealed partial class AgentConformanceScoreJsonContext : JsonSerializerContext;
