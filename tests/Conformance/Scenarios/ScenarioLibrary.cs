using System.Text.Json.Nodes;
using Orchestrator.Conformance.Archives;

namespace Orchestrator.Conformance.Scenarios;

/// <summary>All recorded scenarios, the suite's set-up and the fields that are never compared.</summary>
internal static class ScenarioLibrary
{
    private static readonly Lazy<IReadOnlyList<Scenario>> Scenarios = new(Load);

    /// <summary>All scenarios by name.</summary>
    public static IReadOnlyList<Scenario> All => Scenarios.Value;

    /// <summary>The steps done once per suite run in a fresh namespace.</summary>
    public static Scenario SetUp { get; } = Scenario.Parse("suite/setup", Resource("setup.json"));

    /// <summary>Ends of paths of fields dropped on both sides.</summary>
    public static IReadOnlyList<string> IgnoredFields { get; } =
    [.. JsonNode.Parse(Resource("ignored-fields.json"))!.AsArray().Select(entry => (string)entry!["path"]!)];

    /// <summary>The fields that are dropped from the answers of a scenario: a field that its own recording holds is compared.</summary>
    public static IReadOnlyList<string> IgnoredBy(Scenario scenario) => [.. IgnoredFields.Where(field => !scenario.Records(field))];

    private static List<Scenario> Load() =>
        [
            .. RecordingArchive
                .Read("server")
                .Where(file =>
                    file.Path.StartsWith("scenarios/", StringComparison.Ordinal) && file.Path.EndsWith(".json", StringComparison.Ordinal)
                )
                .Select(file => Scenario.Parse(file.Path["scenarios/".Length..^".json".Length], file.Text))
                .OrderBy(scenario => scenario.Name, StringComparer.Ordinal),
        ];

    private static string Resource(string name)
    {
        using var stream =
            typeof(ScenarioLibrary).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
