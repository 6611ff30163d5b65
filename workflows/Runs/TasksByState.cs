using System.Collections;

namespace Orchestrator.Workflows.Runs;

/// <summary>Groups the tasks of a run by state.</summary>
internal sealed class TasksByState(IReadOnlyList<PlanTaskWithProgress> entries)
{
    private readonly SortedDictionary<string, SortedSet<int>> _groups = new(StringComparer.Ordinal);

    /// <summary>Non-empty groups, ordered by state name.</summary>
    public IEnumerable<(string State, IReadOnlyCollection<PlanTaskWithProgress> Entries)> All =>
        _groups.Where(group => group.Value.Count > 0).Select(group => (group.Key, In(group.Key)));

    public IReadOnlyCollection<PlanTaskWithProgress> In(string state) =>
        new SameStateTaskCollection(entries, _groups.GetValueOrDefault(state) ?? []);

    public void Add(PlanTaskWithProgress entry)
    {
        if (!_groups.TryGetValue(entry.Progress.State, out var group))
        {
            _groups.Add(entry.Progress.State, group = []);
        }
        group.Add(entry.Index);
    }

    public void Remove(PlanTaskWithProgress entry) => _groups[entry.Progress.State].Remove(entry.Index);

    private sealed class SameStateTaskCollection(IReadOnlyList<PlanTaskWithProgress> entries, SortedSet<int> indexes)
        : IReadOnlyCollection<PlanTaskWithProgress>
    {
        public int Count => indexes.Count;

        public IEnumerator<PlanTaskWithProgress> GetEnumerator() => indexes.Select(i => entries[i]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
