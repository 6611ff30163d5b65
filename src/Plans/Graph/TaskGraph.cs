namespace Orchestrator.Plans;

/// <summary>
/// Dependency graph of tasks. Graphs with errors can be queried as well: <see cref="Faults"/> lists the errors, and all other results
/// ignore the faulty edges. Computing a result takes at most O(n log n) time for n tasks and edges.
/// </summary>
public sealed class TaskGraph
{
    private readonly TaskNode[] _nodes;
    private readonly Dictionary<string, int> _index;
    private readonly int[][] _dependencies;
    private readonly int[][] _dependants;
    private readonly int[] _order;
    private readonly int[] _wave;

    private TaskGraph(TaskNode[] nodes)
    {
        _nodes = nodes;
        _index = new Dictionary<string, int>(nodes.Length, StringComparer.Ordinal);
        var faults = new List<GraphFault>();
        var folded = new Dictionary<string, int>(nodes.Length, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < nodes.Length; i++)
        {
            _index.TryAdd(nodes[i].Id, i);
            if (!folded.TryAdd(nodes[i].Id, i))
            {
                var first = folded[nodes[i].Id];
                faults.Add(new GraphFault(GraphFaultKind.DuplicateId, i, first, nodes[i].Id, [nodes[first].Id, nodes[i].Id]));
            }
        }
        _dependencies = new int[nodes.Length][];
        for (var i = 0; i < nodes.Length; i++)
        {
            _dependencies[i] = Resolve(i, faults);
        }
        _dependants = TopologicalGraphSorter.Invert(_dependencies);
        _order = TopologicalGraphSorter.Topological(_dependencies, _dependants, out var open);
        Cycles = [.. CycleFinder.Find(open, _dependencies).Select(cycle => (IReadOnlyList<string>)[.. cycle.Select(i => nodes[i].Id)])];
        faults.AddRange(Cycles.Select(cycle => new GraphFault(GraphFaultKind.Cycle, _index[cycle[0]], 0, cycle[0], cycle)));
        Faults = faults;
        _wave = TopologicalGraphSorter.Waves(_order, _dependencies);
    }

    /// <summary>All errors: duplicate ids, unknown dependencies, self-dependencies and cycles.</summary>
    public IReadOnlyList<GraphFault> Faults { get; }

    /// <summary>
    /// One cycle per strongly connected component, as ids in order with the first id repeated at the end. For example: a depends on b, and
    /// b depends on a.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Cycles { get; }

    /// <summary>Creates the graph of a plan.</summary>
    public static TaskGraph Of(Plan plan) => Of(plan.Tasks.Select(TaskNode.Of));

    /// <summary>Creates the graph of tasks given in plan order.</summary>
    public static TaskGraph Of(IEnumerable<TaskNode> nodes) => new([.. nodes]);

    /// <summary>
    /// Task ids grouped by the earliest wave in which they could run. Tasks of the first wave have no dependencies, and tasks of each later
    /// wave depend on a task in the previous wave. For display only, because a run starts a task as soon as its own dependencies are
    /// merged. Omits tasks that are part of a cycle or depend on one.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Waves
    {
        get
        {
            var waves = new List<List<string>>();
            for (var i = 0; i < _nodes.Length; i++)
            {
                while (waves.Count < _wave[i])
                {
                    waves.Add([]);
                }
                if (_wave[i] > 0)
                {
                    waves[_wave[i] - 1].Add(_nodes[i].Id);
                }
            }
            return waves;
        }
    }

    /// <summary>Returns the wave of a task, starting at 1, or 0 if the task is part of a cycle or depends on one.</summary>
    /// <exception cref="KeyNotFoundException">No task has this id.</exception>
    public int WaveOf(string id) => _wave[_index[id]];

    /// <summary>Returns the direct dependents of a task, in plan order.</summary>
    /// <exception cref="KeyNotFoundException">No task has this id.</exception>
    public IReadOnlyList<string> DependantsOf(string id) => [.. _dependants[_index[id]].Select(i => _nodes[i].Id)];

    /// <summary>
    /// Ids of the tasks in the dependency chain with the longest estimated time, in order of execution. Empty if every task is part of a
    /// cycle or depends on one.
    /// </summary>
    public IReadOnlyList<string> CriticalPath
    {
        get
        {
            double[] known = [.. _nodes.Where(n => n.EstimatedMinutes is >= 0).Select(n => n.EstimatedMinutes!.Value)];
            var unknown = known.Length == 0 ? 1 : known.Average();
            var length = new double[_nodes.Length];
            var from = new int[_nodes.Length];
            var last = -1;
            foreach (var i in _order)
            {
                from[i] = -1;
                foreach (var dependency in _dependencies[i])
                {
                    if (from[i] < 0 || length[dependency] > length[from[i]])
                    {
                        from[i] = dependency;
                    }
                }
                length[i] = (from[i] < 0 ? 0 : length[from[i]]) + (_nodes[i].EstimatedMinutes is double given and >= 0 ? given : unknown);
                last = last < 0 || length[i] > length[last] ? i : last;
            }
            var path = new List<string>();
            for (; last >= 0; last = from[last])
            {
                path.Add(_nodes[last].Id);
            }
            path.Reverse();
            return path;
        }
    }

    /// <summary>
    /// Creates an index that shows whether one task depends on another, directly or indirectly. Creating the index is worthwhile only for
    /// many queries.
    /// </summary>
    public TaskDependencyIndex ToOrder() => new(_nodes.Length, _order, _dependencies);

    private int[] Resolve(int task, List<GraphFault> faults)
    {
        var names = _nodes[task].DependsOn;
        var found = new List<int>(names.Count);
        for (var d = 0; d < names.Count; d++)
        {
            if (!_index.TryGetValue(names[d], out var dependency))
            {
                faults.Add(new GraphFault(GraphFaultKind.UnknownDependency, task, d, _nodes[task].Id, [names[d]]));
            }
            else if (dependency == task)
            {
                faults.Add(new GraphFault(GraphFaultKind.SelfDependency, task, d, _nodes[task].Id, [names[d]]));
            }
            else
            {
                found.Add(dependency);
            }
        }
        return [.. found.Distinct()];
    }
}
