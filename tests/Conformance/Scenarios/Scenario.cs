using System.Text.Json.Nodes;

namespace Orchestrator.Conformance.Scenarios;

/// <summary>One script of calls with the recorded answers.</summary>
/// <param name="Name">Area and name, such as <c>updates/accept-only</c>.</param>
/// <param name="Exclusive">Scenarios with the same word here never run at the same time.</param>
/// <param name="Steps">The steps as they stand in the file.</param>
internal sealed record Scenario(string Name, string? Exclusive, IReadOnlyList<JsonObject> Steps)
{
    public string Area => Name[..Name.IndexOf('/', StringComparison.Ordinal)];

    public string ShortName => Name[(Name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>True if a recorded answer holds a field whose path ends so.</summary>
    public bool Records(string path) => Steps.Any(step => Holds(step["expect"], "", "." + path));

    private static bool Holds(JsonNode? node, string at, string end) =>
        node switch
        {
            JsonArray array => array.Any(item => Holds(item, at, end)),
            JsonObject obj => obj.Any(field =>
                $"{at}.{field.Key}".EndsWith(end, StringComparison.Ordinal) || Holds(field.Value, $"{at}.{field.Key}", end)
            ),
            _ => false,
        };

    /// <summary>Reads one scenario file.</summary>
    public static Scenario Parse(string name, string json)
    {
        var root = JsonNode.Parse(json)?.AsObject() ?? throw new FormatException($"{name}: not a JSON object");
        var steps = root["steps"]?.AsArray().Select(step => step!.AsObject()).ToList() ?? throw new FormatException($"{name}: no steps");
        return new Scenario(name, (string?)root["exclusive"], steps);
    }
}
