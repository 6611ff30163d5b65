namespace Orchestrator.App.Runs;

/// <summary>
/// Caches the records of runs for callers that poll every second. A record is read again only if the time stamp or the size of its file has
/// changed.
/// </summary>
public sealed class StoredRunCache
{
    private readonly Dictionary<string, ((DateTime Written, long Length) Stamp, StoredRun Run)> _read = new(StringComparer.Ordinal);

    /// <summary>Returns all runs, in the order of <see cref="StoredRunFinder.List(LocalRepositoryPaths)"/>.</summary>
    public IReadOnlyList<StoredRun> List(LocalRepositoryPaths repository) => StoredRunFinder.List(repository, Read);

    /// <summary>
    /// Returns all runs whose records can be read, for periodic background work. A damaged record does not prevent the others from being
    /// returned.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="damaged">Receives the errors in damaged records, by the name of the run's folder.</param>
    public IReadOnlyList<StoredRun> List(LocalRepositoryPaths repository, Dictionary<string, string> damaged) =>
        StoredRunFinder.List(
            repository,
            folder =>
            {
                try
                {
                    return Read(folder);
                }
                catch (Exception fault) when (fault is UseCaseException or IOException or UnauthorizedAccessException)
                {
                    damaged[Path.GetFileName(folder)] = fault.Message;
                    return null;
                }
            }
        );

    private StoredRun? Read(string folder)
    {
        // The time is read before the content, so that the next call notices a write in between.
        var file = new FileInfo(StoredRun.StatusFile(folder));
        var stamp = (file.LastWriteTimeUtc, file.Exists ? file.Length : 0);
        if (_read.TryGetValue(folder, out var known) && known.Stamp == stamp)
        {
            return known.Run;
        }
        var run = StoredRun.TryRead(folder);
        _read.Remove(folder);
        if (run is not null)
        {
            _read[folder] = (stamp, run);
        }
        return run;
    }
}
