using Microsoft.Extensions.Logging;

namespace Orchestrator.App.Sharing;

/// <summary>Base class for periodic background work on shared runs. While no shared run is open, the work is repeated less often.</summary>
/// <param name="name">Display name of the unit.</param>
/// <param name="repositories">Repositories of this worker, each with the reference that its runs use.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives errors.</param>
internal abstract class PeriodicSharedRunWorkBase(
    string name,
    IReadOnlyList<(LocalRepositoryPaths Location, RepositoryReference Reference)> repositories,
    TimeProvider time,
    ILogger log
) : PeriodicBackgroundWork(name, repositories.Select(one => one.Location), time, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);
    private readonly StoredRunCache _runs = new();
    private readonly BackgroundJobRateLimiter _pace = new(time);

    /// <summary>Returns the interval at which a run is processed, or null if the run is ignored.</summary>
    protected abstract TimeSpan? IntervalOf(StoredRun run, RepositoryReference reference);

    /// <summary>Processes a run.</summary>
    /// <returns>Description of the problem, or empty if there is none.</returns>
    protected abstract Task<string> ProcessRunAsync(StoredRun run, RepositoryReference reference, CancellationToken stop);

    /// <summary>True if another machine owns the run.</summary>
    protected static bool IsOfOther(StoredRun run, RepositoryReference reference) =>
        run.Status.Queue.Length > 0 && run.Status.Queue != reference.Queue;

    /// <inheritdoc/>
    protected sealed override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        var damaged = new Dictionary<string, string>(StringComparer.Ordinal);
        var runs = List(_runs, damaged);
        ClearRemovedItems(item => damaged.ContainsKey(item) || runs.Exists(one => IsOf(one.Run, item)));
        Report(damaged);
        foreach (var (run, reference, interval) in runs)
        {
            if (_pace.TryBegin($"{reference.Path} {run.Id}", interval))
            {
                await TryAsync(run.Id, () => ProcessRunAsync(run, reference, cancellationToken), cancellationToken);
            }
        }
        return runs.Exists(one => !RunStateNames.IsFinal(one.Run.Status.State)) ? Pause : LongPause;
    }

    /// <summary>Lists the shared runs that this background work processes. Called after the work has stopped.</summary>
    protected IEnumerable<(StoredRun Run, RepositoryReference Reference)> List() =>
        List(new StoredRunCache(), []).Select(one => (one.Run, one.Reference));

    private List<(StoredRun Run, RepositoryReference Reference, TimeSpan Interval)> List(
        StoredRunCache runs,
        Dictionary<string, string> damaged
    ) =>
        [
            .. from one in repositories
            from run in runs.List(one.Location, damaged)
            let interval = IntervalOf(run, one.Reference)
            where interval is not null
            select (run, one.Reference, interval.Value),
        ];

    // Matches the workflow ids of the run and of its tasks.
    private static bool IsOf(StoredRun run, string item) => item == run.Id || item.StartsWith($"{run.Id}/", StringComparison.Ordinal);
}
