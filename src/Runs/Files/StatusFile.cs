namespace Orchestrator.Runs;

/// <summary>A run's status file in its folder (<c>status.json</c>, <c>report.json</c>).</summary>
public static class StatusFile
{
    /// <summary>The last status; null where there is none that can be read.</summary>
    /// <param name="path">The status file.</param>
    public static RunStatus? Read(string path) => StoredJson.TryRead(path, JsonSerializerOptions.Default.TypeOf<RunStatus>());
}
