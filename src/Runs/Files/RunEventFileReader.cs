namespace Orchestrator.Runs;

/// <summary>Reads a run's recorded events for reports.</summary>
public static class RunEventFileReader
{
    /// <summary>Reads all valid events, oldest first.</summary>
    /// <param name="file">Path of the run's event file. A missing file has no events.</param>
    /// <param name="having">Text that a line must contain, or null to return all lines.</param>
    public static IEnumerable<RunEvent> Read(string file, string? having = null) =>
        !File.Exists(file)
            ? []
            : File.ReadLines(file)
                .Where(line => having is null || line.Contains(having, StringComparison.Ordinal))
                .Select(line => StoredJsonReader.TryParse(line, JsonSerializerOptions.Default.TypeOf<RunEvent>()))
                .OfType<RunEvent>();
}
