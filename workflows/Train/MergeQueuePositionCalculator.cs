namespace Orchestrator.Workflows.Train;

/// <summary>
/// Computes how many positions a task gains in the merge queue, by its priority and by the tasks that wait for it. The number is limited,
/// so that a task with low priority is overtaken only by tasks that arrive soon after it.
/// </summary>
internal static class MergeQueuePositionCalculator
{
    /// <summary>Priority difference that is worth one position.</summary>
    private const int PriorityOfPlace = 5;
    private const int MostPlacesOfChain = 10;

    /// <summary>Returns the number of positions that a task gains in the merge queue, or loses if negative. Range: -20 to 30.</summary>
    public static int PlacesOf(TaskOutline task) => (task.Priority / PriorityOfPlace) + Math.Min(task.ChainBehind, MostPlacesOfChain);

    /// <summary>Returns a turn that comes before those of all given requests.</summary>
    public static int First(IReadOnlyCollection<TaskMergeRequest> requests) => requests.Min(request => request.Turn) - 1;
}
