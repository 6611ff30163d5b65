using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Background;

/// <summary>
/// Reads the ended trace spans of all runs that have changed since the previous call. If a run has not changed, only the timestamps and
/// sizes of its files are read.
/// </summary>
/// <param name="context">Provides the clock and environment.</param>
public sealed class RunTraceSpanReader(UseCaseServiceBundle context)
{
    private readonly StoredRunCache _runs = new();
    private readonly Dictionary<string, (DateTime Written, long Length)> _seen = new(StringComparer.Ordinal);

    /// <summary>Returns the runs of a repository. If a run has changed since the previous call, its ended spans are included.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="key">Key of the repository (see <see cref="RepositoryReference.Key"/>).</param>
    public IReadOnlyList<RunWithTraceSpans> ReadRuns(LocalRepositoryPaths repository, string key)
    {
        var observed = new List<RunWithTraceSpans>();
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
                new RunWithTraceSpans(
                    run,
                    isNew
                        ? RunTraceSpanBuilder.Of(
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

    /// <summary>Causes the next call to <c>ReadRuns</c> to return all ended spans of a run again.</summary>
    public void ResendSpans(StoredRun run) => _seen.Remove(run.Folder);
}

/// <summary>A run with its ended spans. The list of spans is empty if the run has not changed since the previous call.</summary>
public sealed record RunWithTraceSpans(StoredRun Run, IReadOnlyList<TraceSpanRecord> Spans);
