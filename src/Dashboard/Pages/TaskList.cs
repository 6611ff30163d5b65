namespace Orchestrator.Dashboard.Pages;

/// <summary>Part of a run's tasks that a tab shows: the ones that match, at most 200 at once.</summary>
/// <param name="Shown">Rows of the part, in order.</param>
/// <param name="Count">Figures of the part.</param>
/// <typeparam name="T">Type of a row.</typeparam>
public sealed record TaskList<T>(IReadOnlyList<T> Shown, ListCount Count)
{
    private const int Most = 200;

    /// <summary>Chooses the rows. Long lists have the tasks that need attention or work first; short lists are in plan order.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="taskOf">Returns the task of a row.</param>
    /// <param name="address">Text, state and number of the part.</param>
    public static TaskList<T> Of(IReadOnlyList<T> rows, Func<T, RunTask> taskOf, RunAddress address)
    {
        var found = rows.Where(row =>
            (address.Find.Length == 0 || Matches(taskOf(row), address.Find))
            && (address.State.Length == 0 || taskOf(row).State == address.State)
        );
        List<T> ordered = rows.Count <= Most ? [.. found] : [.. found.OrderBy(row => Urgency(taskOf(row)))];
        var count = ListCount.Of(ordered.Count, Most, address.Part);
        return new TaskList<T>([.. ordered.Skip(count.Before).Take(Most)], count);
    }

    private static bool Matches(RunTask task, string text) =>
        $"{task.Id}\n{task.Title}\n{task.State}".Contains(text, StringComparison.OrdinalIgnoreCase);

    private static int Urgency(RunTask task) =>
        task.State is TaskStates.Blocked or TaskStates.AwaitingApproval ? 0
        : task.State is TaskStates.Failed or TaskStates.Escalated ? 1
        : TaskStates.HoldsSlot(task.State) || task.State is TaskStates.Merging or TaskStates.Parked ? 2
        : TaskStates.IsEnd(task.State) ? 4
        : 3;
}

/// <summary>Figures of a part of a long list.</summary>
/// <param name="Total">Number of rows in all parts.</param>
/// <param name="Size">Maximum number of rows in a part.</param>
/// <param name="Part">Number of the part, from 1.</param>
public sealed record ListCount(int Total, int Size, int Part)
{
    /// <summary>Number of rows before the part.</summary>
    public int Before => (Part - 1) * Size;

    /// <summary>True if another part follows.</summary>
    public bool HasMore => Part * Size < Total;

    /// <summary>Creates the figures; a number beyond the last part means the last part.</summary>
    public static ListCount Of(int total, int size, int part) =>
        new(total, size, Math.Clamp(part, 1, Math.Max(1, (total + size - 1) / size)));
}
