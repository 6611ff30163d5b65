using System.Collections;

namespace Orchestrator.Workflows.Runs;

/// <summary>Groups the tasks of a board by state.</summary>
internal sealed class TasksByState(IReadOnlyList<TrackedRunTask> entries)
{
    private readonly SortedDictionary<string, SortedSet<int>> _groups = new(StringComparer.Ordinal);

    /// <summary>Non-empty groups, ordered by state name.</summary>
    public IEnumerable<(string State, IReadOnlyCollection<TrackedRunTask> Entries)> All =>
        _groups.Where(group => group.Value.Count > 0).Select(group => (group.Key, In(group.Key)));

    public IReadOnlyCollection<TrackedRunTask> In(string state) =>
        new SameStateTaskCollection(entries, _groups.GetValueOrDefault(state) ?? []);

    public void Add(TrackedRunTask entry)
    {
        if (!_groups.TryGetValue(entry.Progress.State, out var group))
        {
            _groups.Add(entry.Progress.State, group = []);
        }
        group.Add(entry.Index);
    }

    public void Remove(TrackedRunTask entry) => _groups[entry.Progress.State].Remove(entry.Index);

    private sealed class SameStateTaskCollection(IReadOnlyList<TrackedRunTask> entries, SortedSet<int> indexes)
        : IReadOnlyCollection<TrackedRunTask>
    {
        public int Count => indexes.Count;

        public IEnumerator<TrackedRunTask> GetEnumerator() => indexes.Select(i => entries[i]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
