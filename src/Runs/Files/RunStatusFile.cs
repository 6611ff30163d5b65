namespace Orchestrator.Runs;

/// <summary>Reads a run's status files (<c>status.json</c>, <c>report.json</c>).</summary>
public static class RunStatusFile
{
    /// <summary>Reads the last stored status of a run. Returns null if the file is missing or unreadable.</summary>
    /// <param name="path">Path of the status file.</param>
    public static RunStatus? Read(string path) => StoredJsonReader.TryRead(path, JsonSerializerOptions.Default.TypeOf<RunStatus>());
}
