using System.Runtime.CompilerServices;

namespace Orchestrator.Dashboard.Routes;

/// <summary>
/// Merges the recorded state transitions of all runs of this user into one sequence. A listener that reconnects resumes at its last
/// position and misses no transition. A transition may be repeated if its run was reset while the listener was disconnected.
/// </summary>
/// <param name="reader">Reads the runs.</param>
/// <param name="time">Clock.</param>
internal sealed class AllRunsEvents(QueryCoalescer reader, TimeProvider time)
{
    private const int MostRuns = 1000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns the cursor of a new listener. All transitions before the current time count as read.</summary>
    public async Task<EventCursor> BeginAsync(CancellationToken stop)
    {
        var cursor = EventCursor.From(time.GetUtcNow());
        foreach (var (repository, run) in await RunsAsync(stop))
        {
            if (!RunStateNames.IsFinal(run.State))
            {
                cursor = cursor.After(
                    EventCursor.KeyOf(repository, run.RunId),
                    (await EventsAsync(repository, run.RunId, stop)).LastOrDefault()?.Sequence ?? 0
                );
            }
        }
        return cursor;
    }

    /// <summary>Enumerates the events after a cursor. Each event is returned with the cursor that follows it. The enumeration does not end
    /// until it is canceled.</summary>
    public async IAsyncEnumerable<(EventCursor Cursor, DashboardRepositoryReference Repository, string Run, RunEvent Happened)> FollowAsync(
        EventCursor cursor,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        var isAgain = true;
        for (var seen = ""; ; await Task.Delay(Look, time, stop))
        {
            var now = reader.State();
            if (now == seen && !isAgain)
            {
                continue;
            }
            // A repository's fingerprint may be newer than the state of its runs, so all runs are read twice after a change.
            (isAgain, seen) = (now != seen, now);
            var runs = await RunsAsync(stop);
            foreach (var (repository, run) in runs)
            {
                var key = EventCursor.KeyOf(repository, run.RunId);
                if (cursor.ReadOf(key, run.UpdatedAt) is not { } read)
                {
                    continue;
                }
                var state = reader.State(repository, run.RunId);
                if (known.GetValueOrDefault(key) == state)
                {
                    continue;
                }
                foreach (var happened in (await EventsAsync(repository, run.RunId, stop)).Where(one => one.Sequence > read))
                {
                    cursor = cursor.After(key, happened.Sequence);
                    yield return (cursor, repository, run.RunId, happened);
                }
                known[key] = state;
            }
            var ended = runs.Where(one => RunStateNames.IsFinal(one.Run.State)).ToList();
            if (ended.Count > 0)
            {
                cursor = cursor.Without(
                    ended.Select(one => EventCursor.KeyOf(one.Repository, one.Run.RunId)).ToHashSet(StringComparer.Ordinal),
                    ended.Max(one => one.Run.UpdatedAt)
                );
            }
        }
    }

    /// <summary>Returns the latest runs of all repositories.</summary>
    public async Task<IReadOnlyList<(DashboardRepositoryReference Repository, RunListEntry Run)>> RunsAsync(CancellationToken stop)
    {
        var all = new List<(DashboardRepositoryReference, RunListEntry)>();
        foreach (var repository in reader.Repositories)
        {
            var history = (await reader.HistoryAsync(repository, stop, MostRuns)).Document;
            all.AddRange((history?.Runs ?? []).Select(run => (repository, run)));
        }
        return all;
    }

    private async Task<IEnumerable<RunEvent>> EventsAsync(DashboardRepositoryReference repository, string run, CancellationToken stop) =>
        (await reader.EventsAsync(repository, run, stop)).Where(happened => happened.Sequence > 0);
}
