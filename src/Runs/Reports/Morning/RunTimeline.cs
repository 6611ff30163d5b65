namespace Orchestrator.Runs.Reports;

/// <summary>Finds the events on which the lines of a run's report are based.</summary>
/// <param name="events">All events of the run, oldest first.</param>
internal sealed class RunTimeline(IReadOnlyList<RunEvent> events)
{
    private readonly ILookup<string, RunEvent> _ofTasks = events
        .Where(happened => happened.Task is not null)
        .ToLookup(happened => happened.Task!, StringComparer.Ordinal);
    private readonly IReadOnlyList<RunEvent> _ofRun = [.. events.Where(happened => happened.Task is null)];

    /// <summary>All events of the run, oldest first.</summary>
    public IReadOnlyList<RunEvent> All => events;

    /// <summary>List with the number of the last event that concerns the run itself. The list is empty if there is no such event.</summary>
    public IReadOnlyList<long> OfRun => Numbers(_ofRun is [.., var last] ? last : null);

    /// <summary>
    /// Returns a list with the number of a task's last event. If the task has no event, the list contains the number of the run's last
    /// event.
    /// </summary>
    /// <param name="task">Id of the task, or of another item that a question can concern.</param>
    public IReadOnlyList<long> Last(string task) => _ofTasks.Contains(task) ? Numbers(_ofTasks[task].Last()) : OfRun;

    /// <summary>
    /// Returns a list with the number of the last event that reported a task in the given state. The list is empty if there is no such
    /// event.
    /// </summary>
    public IReadOnlyList<long> Last(string task, string state) =>
        Numbers(_ofTasks[task].LastOrDefault(happened => happened.State == state));

    /// <summary>
    /// Returns a list with the number of the last event that reported the run in one of the given states. The list is empty if there is no
    /// such event.
    /// </summary>
    public IReadOnlyList<long> OfRunIn(params string[] states) =>
        Numbers(_ofRun.LastOrDefault(happened => states.Contains(happened.State)));

    /// <summary>
    /// Returns a list with the number of the last event up to the given time, or of the latest event if none is that old. Used for
    /// occurrences that have no event of their own.
    /// </summary>
    /// <param name="task">Id of the task that the occurrence concerns, or null if it concerns the run.</param>
    /// <param name="time">Time of the occurrence, or null if unknown.</param>
    public IReadOnlyList<long> Before(string? task, DateTimeOffset? time)
    {
        var own = task is not null && _ofTasks.Contains(task) ? (IReadOnlyList<RunEvent>)[.. _ofTasks[task]] : _ofRun;
        return Numbers(
            (time is { } at ? own.LastOrDefault(happened => happened.Time <= at) : null) ?? (own is [.., var last] ? last : null)
        );
    }

    private static IReadOnlyList<long> Numbers(RunEvent? happened) => happened is null ? [] : [happened.Sequence];
}
