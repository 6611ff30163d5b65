namespace Orchestrator.Plans;

/// <summary>
/// Index of the pairs of tasks in which one depends on the other, directly or indirectly. Created only when needed, because it takes one
/// bit per pair (12 MB for 10,000 tasks).
/// </summary>
public sealed class TaskDependencyIndex
{
    private readonly ulong[]?[] _before;
    private readonly int[] _position;

    internal TaskDependencyIndex(int count, int[] order, int[][] dependencies)
    {
        var words = (count + 63) / 64;
        _before = new ulong[]?[count];
        _position = new int[count];
        Array.Fill(_position, count);
        for (var at = 0; at < order.Length; at++)
        {
            var task = order[at];
            _position[task] = at;
            if (dependencies[task].Length == 0)
            {
                continue;
            }
            var before = new ulong[words];
            foreach (var dependency in dependencies[task])
            {
                before[dependency >> 6] |= 1UL << (dependency & 63);
                if (_before[dependency] is { } further)
                {
                    for (var w = 0; w < words; w++)
                    {
                        before[w] |= further[w];
                    }
                }
            }
            _before[task] = before;
        }
    }

    /// <summary>
    /// True if one of two tasks depends on the other, directly or indirectly. The tasks are given by their indexes in the plan.
    /// </summary>
    public bool AreOrdered(int a, int b) => Precedes(a, b) || Precedes(b, a);

    /// <summary>True if <paramref name="later"/> depends on <paramref name="earlier"/>, directly or indirectly.</summary>
    public bool Precedes(int earlier, int later) => _before[later] is { } before && (before[earlier >> 6] & (1UL << (earlier & 63))) != 0;

    /// <summary>Returns two tasks in topological order. Making the second task depend on the first never creates a cycle.</summary>
    public (int First, int Second) InOrder(int a, int b) => (_position[a], a).CompareTo((_position[b], b)) <= 0 ? (a, b) : (b, a);

    /// <summary>Sorts tasks in topological order.</summary>
    internal int[] Sorted(IEnumerable<int> tasks)
    {
        int[] sorted = [.. tasks];
        Array.Sort(Array.ConvertAll(sorted, t => _position[t]), sorted);
        return sorted;
    }
}
