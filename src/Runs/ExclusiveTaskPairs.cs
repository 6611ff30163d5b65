namespace Orchestrator.Runs;

/// <summary>
/// Finds pairs of tasks that can't be executed at the same time, because they own the same files or resources and no dependency orders
/// them.
/// </summary>
internal static class ExclusiveTaskPairs
{
    /// <summary>
    /// Returns, for each task, the ids of the tasks that can't be executed at the same time, and warnings about these pairs of tasks.
    /// </summary>
    public static (IReadOnlyDictionary<string, IReadOnlyList<string>> Excludes, IReadOnlyList<string> Warnings) Of(Plan plan)
    {
        var excludes = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var warnings = new List<string>();
        foreach (var conflict in TaskOwnershipConflictResult.Of(plan).Conflicts)
        {
            var (first, second) = (conflict.Tasks[0], conflict.Tasks[1]);
            Add(first, second);
            Add(second, first);
            warnings.Add($"{conflict.Message} They run one after the other, in plan order. {conflict.Cure}");
        }
        return (excludes.ToDictionary(e => e.Key, e => (IReadOnlyList<string>)e.Value, StringComparer.Ordinal), warnings);

        void Add(string task, string other)
        {
            if (!excludes.TryGetValue(task, out var list))
            {
                excludes.Add(task, list = []);
            }
            if (!list.Contains(other))
            {
                list.Add(other);
            }
        }
    }
}
