using System.Reflection;
using System.Text.Json.Serialization;

namespace Orchestrator.Agents.Descriptions;

/// <summary>The result of an agent in the conformance kit of <c>tests/Agents.Tests</c>. The kit compares it with what it finds.</summary>
/// <param name="Version">The version whose manners were played; null: those of its documents.</param>
/// <param name="Of">How many rudenesses the agent's output can have.</param>
/// <param name="Fails">Names of those that were not survived.</param>
public sealed record ConformanceScore(string? Version, int Of, IReadOnlyList<string> Fails)
{
    /// <summary>The number of cases that the agent survived.</summary>
    [JsonIgnore]
    public int Passed => Of - Fails.Count;
}

/// <summary>The published scores of the conformance kit.</summary>
public static class ConformanceScores
{
    private static readonly Lazy<IReadOnlyDictionary<string, ConformanceScore>> Published = new(Read);

    /// <summary>The score of an agent, or null where it was never put to the kit.</summary>
    /// <param name="name">The agent's name.</param>
    public static ConformanceScore? Find(string name) => Published.Value.GetValueOrDefault(name);

    /// <summary>Names of the agents with a score.</summary>
    public static IEnumerable<string> Names => Published.Value.Keys;

    private static Dictionary<string, ConformanceScore> Read()
    {
        using var stream = Assembly
            .GetExecutingAssembly()
            .GetManifestResourceStream("Orchestrator.Agents.Descriptions.Conformance.scores.json")!;
        return JsonSerializer.Deserialize(stream, ScoreJson.Default.DictionaryStringConformanceScore)!;
    }
}

/// <summary>JSON of scores.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Dictionary<string, ConformanceScore>))]
internal sealed partial class ScoreJson : JsonSerializerContext;
