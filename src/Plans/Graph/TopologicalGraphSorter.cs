namespace Orchestrator.Plans;

/// <summary>Orders the nodes of a graph, which are identified by their indexes.</summary>
internal static class TopologicalGraphSorter
{
    /// <summary>Inverts the edges of a graph, so that they lead from each node to its dependents.</summary>
    public static int[][] Invert(int[][] edges)
    {
        var count = new int[edges.Length];
        foreach (var targets in edges)
        {
            foreach (var target in targets)
            {
                count[target]++;
            }
        }
        var result = Array.ConvertAll(count, n => new int[n]);
        var filled = new int[edges.Length];
        for (var i = 0; i < edges.Length; i++)
        {
            foreach (var target in edges[i])
            {
                result[target][filled[target]++] = i;
            }
        }
        return result;
    }

    /// <summary>Sorts the nodes so that each comes after its dependencies. Among independent nodes, the lower index comes first.</summary>
    /// <param name="dependencies">Dependencies of each node.</param>
    /// <param name="dependants">Dependents of each node.</param>
    /// <param name="open">Nodes that have no position, because they are part of a cycle or depend on one.</param>
    public static int[] Topological(int[][] dependencies, int[][] dependants, out int[] open)
    {
        var waiting = Array.ConvertAll(dependencies, d => d.Length);
        var ready = new PriorityQueue<int, int>();
        for (var i = 0; i < waiting.Length; i++)
        {
            if (waiting[i] == 0)
            {
                ready.Enqueue(i, i);
            }
        }
        var order = new List<int>(waiting.Length);
        while (ready.TryDequeue(out var task, out _))
        {
            order.Add(task);
            foreach (var next in dependants[task])
            {
                if (--waiting[next] == 0)
                {
                    ready.Enqueue(next, next);
                }
            }
        }
        open = [.. Enumerable.Range(0, waiting.Length).Where(i => waiting[i] > 0)];
        return [.. order];
    }

    /// <summary>Computes the wave of each node, which is one more than the highest wave of its dependencies. The first wave is 1.</summary>
    /// <param name="order">Nodes in topological order.</param>
    /// <param name="dependencies">Dependencies of each node.</param>
    public static int[] Waves(int[] order, int[][] dependencies)
    {
        var wave = new int[dependencies.Length];
        foreach (var i in order)
        {
            foreach (var dependency in dependencies[i])
            {
                wave[i] = Math.Max(wave[i], wave[dependency]);
            }
            wave[i]++;
        }
        return wave;
    }
}
