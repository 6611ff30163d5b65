using Orchestrator.Accounts;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Background;

/// <summary>Finds spans of runs that have ended since it looked last. A run in which nothing happened costs a look at the times and lengths
/// of its files.</summary>
/// <param name="context">Clock and environment.</param>
public sealed class RunObserver(UseCaseContext context)
{
    private readonly StoredRunCache _runs = new();
    private readonly Dictionary<string, (DateTime Written, long Length)> _seen = new(StringComparer.Ordinal);

    /// <summary>The runs of a repository, and for each in which something happened the spans of it that have ended.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="key"><see cref="RepositoryReference.Key"/> of it.</param>
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
                agents ??= new UsageHistory(new AccountLedgers(context.Environment).Folder, context.Time).Read();
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

    /// <summary>Has the next look find all spans of a run again.</summary>
    public void Forget(StoredRun run) => _seen.Remove(run.Folder);
}

/// <summary>A run, and its spans that have ended; none where nothing happened since the last look.</summary>
public sealed record ObservedRun(StoredRun Run, IReadOnlyList<SpanFact> Spans);
