namespace Orchestrator.Conformance.Scenarios;

/// <summary>Allowed differences from the recordings, each with its reason.</summary>
internal static class AllowedExceptions
{
    /// <summary>Reason by name of the scenario, or by <c>AREA/*</c> for all of an area (<c>exceptions.tsv</c>).</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = Load("exceptions.tsv");

    /// <summary>Reason by path of the client recording (<c>clients-exceptions.tsv</c>).</summary>
    public static IReadOnlyDictionary<string, string> Clients { get; } = Load("clients-exceptions.tsv");

    /// <summary>True if a scenario may differ.</summary>
    public static bool Covers(string scenario) =>
        All.ContainsKey(scenario) || All.ContainsKey(scenario[..(scenario.IndexOf('/', StringComparison.Ordinal) + 1)] + "*");

    private static Dictionary<string, string> Load(string resource)
    {
        using var stream =
            typeof(AllowedExceptions).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource {resource} is missing.");
        using var reader = new StreamReader(stream);
        var reasons = new Dictionary<string, string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                var columns = line.Split('\t');
                reasons.Add(columns[0], columns[1]);
            }
        }

        return reasons;
    }
}
