namespace Orchestrator.Dashboard.Pages;

/// <summary>Selects the tasks of a run that a tab shows.</summary>
internal static class PagedTaskListBuilder
{
    private const int Most = 100;

    /// <summary>
    /// Filters and orders the rows, and selects the part to show. Long lists start with tasks that need attention or are running. Short
    /// lists are in plan order.
    /// </summary>
    /// <param name="rows">All rows.</param>
    /// <param name="taskOf">Returns the task of a row.</param>
    /// <param name="address">Address with the filter text, the filter state and the number of the part.</param>
    public static PagedTaskList<T> Of<T>(IReadOnlyList<T> rows, Func<T, RunTaskStatus> taskOf, RunPageAddress address)
    {
        var found = rows.Where(row =>
            (address.Find.Length == 0 || Matches(taskOf(row), address.Find))
            && (address.State.Length == 0 || taskOf(row).State == address.State)
        );
        List<T> ordered = rows.Count <= Most ? [.. found] : [.. found.OrderBy(row => Urgency(taskOf(row)))];
        var count = ListPaging.Of(ordered.Count, Most, address.Part);
        return new PagedTaskList<T>([.. ordered.Skip(count.Before).Take(Most)], count);
    }

    private static bool Matches(RunTaskStatus task, string text) =>
        $"{task.Id}\n{task.Title}\n{task.State}".Contains(text, StringComparison.OrdinalIgnoreCase);

    private static int Urgency(RunTaskStatus task) =>
        task.State is TaskStateNames.Blocked or TaskStateNames.AwaitingApproval ? 0
        : task.State is TaskStateNames.Failed or TaskStateNames.Escalated ? 1
        : TaskStateNames.HoldsSlot(task.State) || task.State is TaskStateNames.Merging or TaskStateNames.Parked ? 2
        : TaskStateNames.IsEnd(task.State) ? 4
        : 3;
}
