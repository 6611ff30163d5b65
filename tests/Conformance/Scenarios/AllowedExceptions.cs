namespace Orchestrator.Conformance.Scenarios;

/// <summary>The scenarios that may differ from the recordings, each with its reason (<c>exceptions.tsv</c>).</summary>
internal static class AllowedExceptions
{
    /// <summary>Reason by name of the scenario.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = Load();

    private static Dictionary<string, string> Load()
    {
        using var stream = typeof(AllowedExceptions).Assembly.GetManifestResourceStream("exceptions.tsv")
            ?? throw new InvalidOperationException("The resource exceptions.tsv is missing.");
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
