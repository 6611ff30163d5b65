namespace Orchestrator.Usage.Forecasts;

/// <summary>
/// Simulates a plan many times with the costs and times of similar past tasks. The random sequence is fixed, so that the same past runs
/// always give the same forecast.
/// </summary>
internal static class RunSimulation
{
    /// <summary>
    /// Number of similar past tasks that is sufficient. If fewer tasks meet a similarity criterion, the next weaker criterion is used.
    /// </summary>
    private const int Enough = 5;
    private const int Draws = 200_000;
    private const int MostRounds = 250;
    private const int LeastRounds = 60;

    /// <summary>Simulates the plan repeatedly and returns the costs and times of all rounds, each list in ascending order.</summary>
    /// <param name="tasks">Tasks of the plan.</param>
    /// <param name="workers">Maximum number of agents that run at the same time.</param>
    /// <param name="past">Past tasks; at least one.</param>
    public static (double[] Costs, double[] Seconds) RunRounds(IReadOnlyList<ForecastTask> tasks, int workers, IReadOnlyList<PastTask> past)
    {
        var alike = tasks.Select(task => SelectSimilar(task.Shape, past)).ToArray();
        var order = Order(tasks);
        var rounds = Math.Clamp(Draws / Math.Max(1, tasks.Count), LeastRounds, MostRounds);
        var chance = new SplitMixRandomGenerator();
        var (costs, times) = (new double[rounds], new double[rounds]);
        var ends = new double[tasks.Count];
        for (var round = 0; round < rounds; round++)
        {
            var free = new PriorityQueue<int, double>(Enumerable.Range(0, Math.Max(1, workers)).Select(worker => (worker, 0.0)));
            foreach (var index in order)
            {
                var drawn = alike[index][chance.Next(alike[index].Count)];
                free.TryDequeue(out var worker, out var idle);
                var ready = tasks[index].After.Select(before => ends[before]).DefaultIfEmpty(0).Max();
                ends[index] = Math.Max(idle, ready) + drawn.Seconds;
                free.Enqueue(worker, ends[index]);
                costs[round] += drawn.Cost;
                times[round] = Math.Max(times[round], ends[index]);
            }
        }
        Array.Sort(costs);
        Array.Sort(times);
        return (costs, times);
    }

    /// <summary>
    /// Selects the most similar past tasks. The criteria are tried in order: role, model and size; model and size; model; any task.
    /// </summary>
    public static IReadOnlyList<PastTask> SelectSimilar(TaskSimilarityKey shape, IReadOnlyList<PastTask> past)
    {
        Func<TaskSimilarityKey, bool>[] kinds =
        [
            other => other.Role == shape.Role && other.Model == shape.Model && other.Step == shape.Step,
            other => other.Model == shape.Model && other.Step == shape.Step,
            other => other.Model == shape.Model,
        ];
        foreach (var kind in kinds)
        {
            if (past.Where(task => kind(task.Shape)).ToList() is { Count: >= Enough } found)
            {
                return found;
            }
        }
        return past;
    }

    // Orders each task behind its dependencies. A cycle, which no valid plan contains, stays in the plan's order.
    private static List<int> Order(IReadOnlyList<ForecastTask> tasks)
    {
        var order = new List<int>(tasks.Count);
        var placed = new bool[tasks.Count];
        while (order.Count < tasks.Count)
        {
            var before = order.Count;
            for (var i = 0; i < tasks.Count; i++)
            {
                if (!placed[i] && tasks[i].After.All(other => placed[other]))
                {
                    placed[i] = true;
                    order.Add(i);
                }
            }
            if (order.Count == before)
            {
                order.AddRange(Enumerable.Range(0, tasks.Count).Where(i => !placed[i]));
            }
        }
        return order;
    }

    /// <summary>A deterministic random sequence (SplitMix64).</summary>
    private struct SplitMixRandomGenerator()
    {
        private ulong _state = 0x9E3779B97F4A7C15;

        public int Next(int below)
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (int)((z ^ (z >> 31)) % (ulong)below);
        }
    }
}
