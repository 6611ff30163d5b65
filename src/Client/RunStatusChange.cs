namespace Orchestrator.Client;

/// <summary>A change in a run, as returned by <see cref="RunHandle.WatchAsync"/>.</summary>
/// <param name="Status">Status of the run after the change, with all tasks.</param>
/// <param name="PreviousState">State of the run before the change, as one of <see cref="RunStateNames"/>; null in the first value.</param>
/// <param name="Tasks">Tasks that are new, or whose state, reason, attempt or pause has changed, in plan order. The first value has all
/// tasks.</param>
public sealed record RunStatusChange(RunStatus Status, string? PreviousState, IReadOnlyList<RunTaskStatus> Tasks)
{
    /// <summary>True if the state of the run has changed.</summary>
    public bool IsNewState => Status.State != PreviousState;

    /// <summary>Returns the change between two statuses of a run, or null if they do not differ.</summary>
    /// <param name="before">Earlier status, or null if there is none.</param>
    /// <param name="now">Later status.</param>
    /// <returns>The change, or null if the statuses do not differ.</returns>
    internal static RunStatusChange? Between(RunStatus? before, RunStatus now)
    {
        if (before is null)
        {
            return new RunStatusChange(now, null, now.Tasks);
        }
        if (Position(before) == Position(now))
        {
            return null;
        }
        var known = before.Tasks.ToDictionary(task => task.Id, Position, StringComparer.Ordinal);
        return new RunStatusChange(
            now,
            before.State,
            [.. now.Tasks.Where(task => !known.TryGetValue(task.Id, out var earlier) || earlier != Position(task))]
        );
    }

    /// <summary>
    /// Returns the values that identify a version of the status. The state and the pause are included, because a termination by another
    /// client does not increase the transition number.
    /// </summary>
    private static (long Sequence, string State, bool Paused) Position(RunStatus status) => (status.Sequence, status.State, status.Paused);

    private static (string State, string Reason, int Attempt, bool Paused) Position(RunTaskStatus task) =>
        (task.State, task.Reason, task.Attempt, task.Paused);
}
