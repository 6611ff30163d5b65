namespace Orchestrator.Workflows.Train;

/// <summary>
/// Determines the order in which waiting work is merged, by turn and then by age, with each entry after its dependencies. An entry
/// therefore waits only for its dependencies, and for entries with earlier turns and their dependencies.
/// </summary>
internal static class MergeOrderCalculator
{
    /// <summary>Priority difference that is worth one position.</summary>
    private const int PriorityOfPlace = 5;
    private const int MostPlacesOfChain = 10;

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

    /// <summary>
    /// Returns the number of positions that a task gains in the merge queue, or loses if negative, by its priority and by the tasks that
    /// wait for it. The number is limited, so that a task with low priority is overtaken only by tasks that arrive soon after it.
    /// </summary>
    /// <returns>A number from -20 to 30.</returns>
    public static int PlacesOf(TaskOutline task) => (task.Priority / PriorityOfPlace) + Math.Min(task.ChainBehind, MostPlacesOfChain);

    /// <summary>Returns a turn that comes before those of all given requests.</summary>
    public static int First(IReadOnlyCollection<TaskMergeRequest> requests) => requests.Min(request => request.Turn) - 1;
}
