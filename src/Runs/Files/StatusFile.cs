namespace Orchestrator.Runs;

/// <summary>Reads a run's status files (<c>status.json</c>, <c>report.json</c>).</summary>
public static class StatusFile
{
    /// <summary>Returns the last status, or null if it is missing or unreadable.</summary>
    /// <param name="path">Path of the status file.</param>
    public static RunStatus? Read(string path) => StoredJson.TryRead(path, JsonSerializerOptions.Default.TypeOf<RunStatus>());
}
