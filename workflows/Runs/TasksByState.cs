using System.Collections;

namespace Orchestrator.Workflows.Runs;

/// <summary>Groups the tasks of a board by state.</summary>
internal sealed class TasksByState(IReadOnlyList<TaskBoardEntry> entries)
{
    private readonly SortedDictionary<string, SortedSet<int>> _groups = new(StringComparer.Ordinal);

    /// <summary>Non-empty groups, ordered by state name.</summary>
    public IEnumerable<(string State, IReadOnlyCollection<TaskBoardEntry> Entries)> All =>
        _groups.Where(group => group.Value.Count > 0).Select(group => (group.Key, In(group.Key)));

    public IReadOnlyCollection<TaskBoardEntry> In(string state) => new TasksInState(entries, _groups.GetValueOrDefault(state) ?? []);

    public void Add(TaskBoardEntry entry)
    {
        if (!_groups.TryGetValue(entry.Progress.State, out var group))
        {
            _groups.Add(entry.Progress.State, group = []);
        }
        group.Add(entry.Index);
    }

    public void Remove(TaskBoardEntry entry) => _groups[entry.Progress.State].Remove(entry.Index);

    private sealed class TasksInState(IReadOnlyList<TaskBoardEntry> entries, SortedSet<int> indexes) : IReadOnlyCollection<TaskBoardEntry>
    {
        public int Count => indexes.Count;

        public IEnumerator<TaskBoardEntry> GetEnumerator() => indexes.Select(i => entries[i]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
