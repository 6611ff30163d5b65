using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Background;

/// <summary>Finds spans of runs that ended since the previous call. For a run without changes it reads only the times and lengths of the
/// run's files.</summary>
/// <param name="context">Provides the clock and environment.</param>
public sealed class RunObserver(UseCaseContext context)
{
    private readonly StoredRunCache _runs = new();
    private readonly Dictionary<string, (DateTime Written, long Length)> _seen = new(StringComparer.Ordinal);

    /// <summary>Returns the runs of a repository, each with its spans that have ended if the run has changed.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="key"><see cref="RepositoryReference.Key"/> of the repository.</param>
    public IReadOnlyList<ObservedRun> Look(RepositoryLocation repository, string key)
    {
        var observed = new List<ObservedRun>();
        IReadOnlyList<Usage.UsageRecord>? agents = null;
        foreach (var run in _runs.List(repository))
        {
            var events = new FileInfo(run.EventsFile);
            var stamp = (run.WrittenAt.UtcDateTime, events.Exists ? events.Length : 0);
            var isNew = !_seen.TryGetValue(run.Folder, out var last) || last != stamp;
            if (isNew)
            {
                agents ??= new UsageHistory(new LedgerStore(context.Environment).Folder, context.Time).Read();
            }
            observed.Add(
                new ObservedRun(
                    run,
                    isNew
                        ? RunSpans.Of(
                            key,
                            run.Status,
                            new RunFolder(repository.Root, run.Id),
                            [.. EventFile.ReadLines(run.EventsFile).Select(EventFile.Parse)],
                            agents!
                        )
                        : []
                )
            );
            _seen[run.Folder] = stamp;
        }
        return observed;
    }

    /// <summary>Makes the next call return all spans of a run again.</summary>
    public void Forget(StoredRun run) => _seen.Remove(run.Folder);
}

/// <summary>A run and its ended spans; the spans are empty if the run has not changed since the previous call.</summary>
public sealed record ObservedRun(StoredRun Run, IReadOnlyList<SpanRecord> Spans);
