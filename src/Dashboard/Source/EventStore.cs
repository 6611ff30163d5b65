using System.Collections.Concurrent;

namespace Orchestrator.Dashboard.Source;

/// <summary>Keeps the transitions of the runs that pages show, so that pages of a long run read only new transitions.</summary>
/// <param name="reader">Runs queries.</param>
internal sealed class EventStore(QueryReader reader)
{
    private const int MostRuns = 8;

    // Mail lines stand among the transitions and have no numbers, so a few more lines are read than are missing.
    private const int Spare = 64;

    private readonly ConcurrentDictionary<string, IReadOnlyList<RunEvent>> _known = new(StringComparer.Ordinal);

    /// <summary>Returns the numbered transitions of a run in order, without mail.</summary>
    /// <param name="repository">Repository of the run.</param>
    /// <param name="run">The run, whose number of transitions is known.</param>
    /// <param name="stop">Cancels the caller's wait.</param>
    public async Task<IReadOnlyList<RunEvent>> TransitionsAsync(RepositoryEntry repository, RunStatus run, CancellationToken stop)
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
        // Lines between the known ones and the read ones may be missing, if much mail was sent.
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
