namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>Scenarios that may differ from the recordings, each with its reason, from the files beside this one.</summary>
internal static class AllowedDifferences
{
    /// <summary>On any server.</summary>
    public static IReadOnlyDictionary<string, string> Read() => Read("scenario-exceptions.tsv");

    /// <summary>On an unkind server: besides, those that rest on what comes within some time or on an answer that comes at once.</summary>
    public static IReadOnlyDictionary<string, string> Unkind() =>
        Read().Concat(Read("unkind-exceptions.tsv")).ToDictionary(line => line.Key, line => line.Value, StringComparer.Ordinal);

    private static Dictionary<string, string> Read(string file) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recordings", file))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t', 2))
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
}
