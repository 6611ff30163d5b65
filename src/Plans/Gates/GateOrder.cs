namespace Orchestrator.Plans;

/// <summary>The order of the gates of one subject, and the outputs that each starts with.</summary>
public static class GateOrder
{
    /// <summary>The gates in their order, but each after the gates that it needs. In a circle the given order counts.</summary>
    public static IReadOnlyList<Gate> Sort(IReadOnlyList<Gate> gates) => Sort(gates, gate => gate);

    /// <summary>The items in their order, but each after the items whose gates its gate needs.</summary>
    /// <param name="all">The items.</param>
    /// <param name="gateOf">The gate of an item.</param>
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
            if (gateOf(all[at]).Needs is { } needs)
            {
                for (var other = 0; other < all.Count; other++)
                {
                    if (other != at && needs.Contain(gateOf(all[other])))
                    {
                        Add(other);
                    }
                }
            }
            sorted.Add(all[at]);
        }
    }

    /// <summary>The gates that a gate needs, and those that these need, in the order of the list. A gate that is not in the list is left
    /// out.</summary>
    /// <param name="all">The gates of the subject.</param>
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
            foreach (var other in all.Where(other => other != gate && next.Needs?.Contain(other) == true && found.Add(other)))
            {
                open.Enqueue(other);
            }
        }
        return [.. all.Where(found.Contains)];
    }

    /// <summary>The first gate that needs itself, directly or by others; null where there is none.</summary>
    public static Gate? InCircle(IReadOnlyList<Gate> gates) =>
        gates.FirstOrDefault(gate =>
            gate.Needs is { } needs && (needs.Contain(gate) || NeededBy(gate, gates).Any(needed => needed.Needs?.Contain(gate) == true))
        );
}
