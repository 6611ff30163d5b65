using Orchestrator.Runs;

namespace Orchestrator.App.Runs;

/// <summary>The records of runs for those who look every second: a record is read again only where its file was written since, so that runs
/// that have ended cost a look at a file's time and length.</summary>
public sealed class StoredRunCache
{
    private readonly Dictionary<string, ((DateTime Written, long Length) Stamp, StoredRun Run)> _read = new(StringComparer.Ordinal);

    /// <summary>All runs, as <see cref="StoredRuns.List(RepositoryLocation)"/> gives them.</summary>
    public IReadOnlyList<StoredRun> List(RepositoryLocation repository) => StoredRuns.List(repository, Read);

    /// <summary>All runs whose records can be read, for background units: a damaged record hides no other run.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="damaged">Receives the problems of the others, by the folders' names.</param>
    public IReadOnlyList<StoredRun> List(RepositoryLocation repository, Dictionary<string, string> damaged) =>
        StoredRuns.List(
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
        // Before it is read: what is written meanwhile is read the next time.
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
