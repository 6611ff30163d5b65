namespace Orchestrator.Runs;

/// <summary>Reads the recorded transitions of a run for reports.</summary>
public static class RunEvents
{
    /// <summary>Reads all valid events in order.</summary>
    /// <param name="file">Path of the run's event file, which may be missing.</param>
    /// <param name="having">Returns only lines that contain this text, or all lines if null.</param>
    public static IEnumerable<RunEvent> Read(string file, string? having = null) =>
        !File.Exists(file)
            ? []
            : File.ReadLines(file)
                .Where(line => having is null || line.Contains(having, StringComparison.Ordinal))
                .Select(line => StoredJson.TryParse(line, JsonSerializerOptions.Default.TypeOf<RunEvent>()))
                .OfType<RunEvent>();
}
