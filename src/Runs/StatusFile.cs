namespace Orchestrator.Runs;

/// <summary>A run's status as it lies in its folder (<c>status.json</c>, <c>report.json</c>).</summary>
public static class StatusFile
{
    /// <summary>The status as it was written last; null where there is none that can be read.</summary>
    /// <param name="path">The status file.</param>
    public static RunStatus? Read(string path) => StoredJson.TryRead(path, JsonSerializerOptions.Default.TypeOf<RunStatus>());
}
