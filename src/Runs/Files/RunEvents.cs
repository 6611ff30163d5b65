namespace Orchestrator.Runs;

/// <summary>The recorded transitions of a run, for reports.</summary>
public static class RunEvents
{
    /// <summary>All that can be read of them, in their order.</summary>
    /// <param name="file">The file of the run's events; it may be missing.</param>
    /// <param name="having">Only lines with this text; null: all.</param>
    public static IEnumerable<RunEvent> Read(string file, string? having = null) =>
        !File.Exists(file)
            ? []
            : File.ReadLines(file)
                .Where(line => having is null || line.Contains(having, StringComparison.Ordinal))
                .Select(line => StoredJson.TryParse(line, JsonSerializerOptions.Default.TypeOf<RunEvent>()))
                .OfType<RunEvent>();
}
