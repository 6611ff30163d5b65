namespace Orchestrator.Plans;

/// <summary>Orders gates so that each comes after the gates that it needs.</summary>
public static class GateOrder
{
    /// <summary>
    /// Sorts gates so that each comes after the gates that it needs, and otherwise keeps their order. The order of gates that need each
    /// other in a cycle is unspecified.
    /// </summary>
    public static IReadOnlyList<Gate> Sort(IReadOnlyList<Gate> gates) => Sort(gates, gate => gate);

    /// <summary>
    /// Sorts items, each of which has a gate, so that each item comes after the items with the gates that its own gate needs. Otherwise
    /// keeps their order.
    /// </summary>
    /// <param name="all">Items to sort.</param>
    /// <param name="gateOf">Returns the gate of an item.</param>
    public static IReadOnlyList<T> Sort<T>(IReadOnlyList<T> all, Func<T, Gate> gateOf)
    {
        if (all.All(one => gateOf(one).Needs is null))
        {
            return all;
        }
        List<T> sorted = [];
        var seen = new bool[all.Count];
        for (var at = 0; at < all.Count; at++)
        {
            Add(at);
        }
        return sorted;

        void Add(int at)
        {
            if (seen[at])
            {
                return;
            }
            seen[at] = true;
            for (var other = 0; other < all.Count; other++)
            {
                if (other != at && gateOf(all[at]).IsAfter(gateOf(all[other])))
                {
                    Add(other);
                }
            }
            sorted.Add(all[at]);
        }
    }

    /// <summary>
    /// Returns the gates that a gate needs, directly or indirectly, in list order. Ignores needed gates that are not in the list.
    /// </summary>
    /// <param name="gate">The gate whose needs are resolved.</param>
    /// <param name="all">All available gates.</param>
    public static IReadOnlyList<Gate> NeededBy(Gate gate, IReadOnlyList<Gate> all)
    {
        if (gate.Needs is null)
        {
            return [];
        }
        HashSet<Gate> found = [];
        var open = new Queue<Gate>([gate]);
        while (open.TryDequeue(out var next))
        {
            foreach (var other in all.Where(other => other != gate && next.IsAfter(other) && found.Add(other)))
            {
                open.Enqueue(other);
            }
        }
        return [.. all.Where(found.Contains)];
    }

    /// <summary>Returns the gates whose results a change can affect, together with the gates that they need.</summary>
    /// <param name="gates">All gates.</param>
    /// <param name="changed">Changed files, relative to the repository.</param>
    public static IReadOnlySet<Gate> ConcernedBy(IReadOnlyList<Gate> gates, IReadOnlyList<string> changed)
    {
        var concerned = gates.Where(gate => gate.IsAffectedBy(changed)).ToHashSet();
        concerned.UnionWith(concerned.ToList().SelectMany(gate => NeededBy(gate, gates)));
        return concerned;
    }

    /// <summary>Returns the first gate that depends on itself, directly or indirectly, or null if there is none.</summary>
    public static Gate? FindCycle(IReadOnlyList<Gate> gates) =>
        gates.FirstOrDefault(gate => gate.IsAfter(gate) || NeededBy(gate, gates).Any(needed => needed.IsAfter(gate)));
}
