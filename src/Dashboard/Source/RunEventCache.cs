using System.Collections.Concurrent;

namespace Orchestrator.Dashboard.Source;

/// <summary>Caches the state transitions of the runs that pages show, so that pages of a long run read only new transitions.</summary>
/// <param name="reader">Runs queries.</param>
internal sealed class RunEventCache(QueryCoalescer reader)
{
    private const int MostRuns = 8;

    // A few more lines than missing transitions are read, because lines with mail are between the transitions and have no numbers.
    private const int Spare = 64;

    private readonly ConcurrentDictionary<string, IReadOnlyList<RunEvent>> _known = new(StringComparer.Ordinal);

    /// <summary>Returns the numbered state transitions of a run in order, without the messages to agents.</summary>
    /// <param name="repository">Repository of the run.</param>
    /// <param name="run">The run, with its number of transitions.</param>
    /// <param name="stop">Cancels the caller's wait.</param>
    public async Task<IReadOnlyList<RunEvent>> TransitionsAsync(
        DashboardRepositoryReference repository,
        RunStatus run,
        CancellationToken stop
    )
    {
        var key = $"{repository.Id}/{run.RunId}/{run.ExecutionId}";
        var known = _known.GetValueOrDefault(key) ?? [];
        var last = known is [.., var newest] ? newest.Sequence : 0;
        if (known.Count > 0 && run.Sequence == last)
        {
            return known;
        }
        int? missing = known.Count > 0 && run.Sequence > last ? (int)Math.Min(run.Sequence - last + Spare, int.MaxValue) : null;
        var read = await reader.EventsAsync(repository, run.RunId, stop, missing);
        var numbered = read.Where(happened => happened.Sequence > 0).ToList();
        // If much mail was sent, lines between the cached and the read transitions may be missing.
        if (missing is not null && !(numbered.Count > 0 && numbered[0].Sequence <= last + 1))
        {
            numbered = [.. (await reader.EventsAsync(repository, run.RunId, stop)).Where(happened => happened.Sequence > 0)];
            known = [];
            last = 0;
        }
        IReadOnlyList<RunEvent> all = missing is null ? numbered : [.. known, .. numbered.Where(happened => happened.Sequence > last)];
        if (_known.Count >= MostRuns && !_known.ContainsKey(key))
        {
            _known.Clear();
        }
        _known[key] = all;
        return all;
    }
}
