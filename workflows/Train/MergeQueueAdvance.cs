namespace Orchestrator.Workflows.Train;

/// <summary>Positions in the merge queue that a task gains by its priority and by the tasks that wait for it. The number is limited, so a
/// task with low priority is overtaken only by tasks that arrive soon after it.</summary>
internal static class MergeQueueAdvance
{
    /// <summary>Priority that is worth one place.</summary>
    private const int PriorityOfPlace = 5;
    private const int MostPlacesOfChain = 10;

    /// <summary>Returns the number of positions that a task gains in the merge queue, or loses if negative. Range: -20 to 30.</summary>
    public static int PlacesOf(TaskOutline task) => (task.Priority / PriorityOfPlace) + Math.Min(task.ChainBehind, MostPlacesOfChain);

    /// <summary>Returns the turn before all others.</summary>
    public static int First(IReadOnlyCollection<MergeRequest> requests) => requests.Min(request => request.Turn) - 1;
}
