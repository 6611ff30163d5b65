namespace Orchestrator.Temporal.Tests.Scripts;

/// <summary>Scenarios that may differ from the recordings, each with its reason, from the file beside this one.</summary>
internal static class AllowedDifferences
{
    public static IReadOnlyDictionary<string, string> Read() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recordings", "scenario-exceptions.tsv"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t', 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);
}
