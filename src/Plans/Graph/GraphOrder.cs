namespace Orchestrator.Plans;

/// <summary>The order of a graph's nodes, by their numbers.</summary>
internal static class GraphOrder
{
    /// <summary>Inverts the edges: from dependencies to dependants.</summary>
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

    /// <summary>Every node after all its dependencies, the lower number first where both are possible.</summary>
    /// <param name="dependencies">What each depends on.</param>
    /// <param name="dependants">What depends on each.</param>
    /// <param name="open">Nodes without a position, because they are part of or behind a cycle.</param>
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

    /// <summary>The wave of each: one more than the highest of its dependencies; the first is 1.</summary>
    /// <param name="order">The nodes, each after what it depends on.</param>
    /// <param name="dependencies">What each depends on.</param>
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
