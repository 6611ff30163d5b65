namespace Orchestrator.Workflows.Train;

/// <summary>
/// Determines the order in which waiting work is merged, by turn and then by age, with each entry after its dependencies. An entry
/// therefore waits only for its dependencies, and for entries with earlier turns and their dependencies.
/// </summary>
internal static class MergeOrderCalculator
{
    /// <summary>Returns the requests in merge order.</summary>
    /// <param name="queue">Waiting requests, oldest first.</param>
    public static IReadOnlyList<TaskMergeRequest> Of(IReadOnlyList<TaskMergeRequest> queue)
    {
        var waiting = queue.ToLookup(request => request.TaskId, StringComparer.Ordinal);
        var placed = new HashSet<TaskMergeRequest>(ReferenceEqualityComparer.Instance);
        var order = new List<TaskMergeRequest>(queue.Count);
        var open = new Stack<TaskMergeRequest>();
        foreach (var oldest in queue.OrderBy(request => request.Turn))
        {
            open.Push(oldest);
            while (open.TryPeek(out var request))
            {
                var before = placed.Contains(request)
                    ? null
                    : request
                        .DependsOn.SelectMany(task => waiting[task])
                        .FirstOrDefault(other => !placed.Contains(other) && !open.Contains(other));
                if (before is not null)
                {
                    open.Push(before);
                    continue;
                }
                open.Pop();
                if (placed.Add(request))
                {
                    order.Add(request);
                }
            }
        }
        return order;
    }
}
