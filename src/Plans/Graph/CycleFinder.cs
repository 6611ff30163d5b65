namespace Orchestrator.Plans;

/// <summary>
/// Finds one short cycle in each strongly connected component of a graph. The time is linear in the numbers of tasks and edges.
/// </summary>
internal static class CycleFinder
{
    /// <summary>Returns the cycles. Each starts and ends with the task of its component that comes first in the plan.</summary>
    public static IEnumerable<IReadOnlyList<int>> Find(IReadOnlyList<int> open, int[][] dependencies)
    {
        var knot = FindCycleMembers(open, dependencies);
        var seen = new HashSet<int>();
        foreach (var task in open)
        {
            var isKnot = Array.Exists(dependencies[task], d => knot[d] == knot[task]);
            if (isKnot && seen.Add(knot[task]))
            {
                yield return ShortestCycle(task, dependencies, knot);
            }
        }
    }

    // Breadth-first search from the task, within its component, until an edge leads back to the task.
    private static List<int> ShortestCycle(int start, int[][] dependencies, int[] knot)
    {
        var from = new Dictionary<int, int> { [start] = -1 };
        var open = new Queue<int>([start]);
        while (open.TryDequeue(out var task))
        {
            foreach (var next in dependencies[task])
            {
                if (next == start)
                {
                    var cycle = new List<int> { start };
                    for (var at = task; at >= 0; at = from[at])
                    {
                        cycle.Add(at);
                    }
                    cycle.Reverse();
                    return cycle;
                }
                if (knot[next] == knot[start] && from.TryAdd(next, task))
                {
                    open.Enqueue(next);
                }
            }
        }
        throw new InvalidOperationException($"Task {start} is in a component without a cycle; the components were computed incorrectly.");
    }

    // Tarjan's algorithm for strongly connected components. It uses an explicit stack, because plans may contain chains of thousands of
    // tasks.
    private static int[] FindCycleMembers(IReadOnlyList<int> open, int[][] dependencies)
    {
        var number = new int[dependencies.Length];
        var lowest = new int[dependencies.Length];
        var knot = new int[dependencies.Length];
        var onStack = new bool[dependencies.Length];
        var stack = new Stack<int>();
        var calls = new Stack<(int Task, int Next)>();
        var count = 0;
        foreach (var start in open)
        {
            if (number[start] != 0)
            {
                continue;
            }
            calls.Push((start, 0));
            while (calls.TryPop(out var call))
            {
                (var task, var next) = call;
                if (next == 0)
                {
                    number[task] = lowest[task] = ++count;
                    stack.Push(task);
                    onStack[task] = true;
                }
                else
                {
                    lowest[task] = Math.Min(lowest[task], lowest[dependencies[task][next - 1]]);
                }
                while (next < dependencies[task].Length && number[dependencies[task][next]] != 0)
                {
                    var target = dependencies[task][next++];
                    if (onStack[target])
                    {
                        lowest[task] = Math.Min(lowest[task], number[target]);
                    }
                }
                if (next < dependencies[task].Length)
                {
                    calls.Push((task, next + 1));
                    calls.Push((dependencies[task][next], 0));
                }
                else if (lowest[task] == number[task])
                {
                    Close(task, stack, onStack, knot);
                }
            }
        }
        return knot;
    }

    private static void Close(int root, Stack<int> stack, bool[] onStack, int[] knot)
    {
        int task;
        do
        {
            task = stack.Pop();
            onStack[task] = false;
            knot[task] = root;
        } while (task != root);
    }
}
