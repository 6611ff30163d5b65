namespace Orchestrator.Runs.Reports;

/// <summary>Categories of the time that a task takes.</summary>
public enum TaskTimeCategory
{
    /// <summary>The task's agent was running or about to start.</summary>
    Agent,

    /// <summary>The task's gates were running.</summary>
    Gates,

    /// <summary>The task's work was being merged.</summary>
    Merging,

    /// <summary>The task was waiting for a user.</summary>
    Person,

    /// <summary>The task was waiting for an account, a usage limit, a budget or the host.</summary>
    Parked,

    /// <summary>The task was waiting for another task or for a free slot.</summary>
    Turn,
}

/// <summary>A period in the life of a task, with its time category.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Use">Category of the period.</param>
/// <param name="From">Start of the period.</param>
/// <param name="To">End of the period, or of the whole report if the period has not ended.</param>
/// <param name="Events">Numbers of the events at the start and end of the period. Only the first if the period has not ended.</param>
public sealed record CategorizedTaskTimePeriod(
    string Task,
    TaskTimeCategory Use,
    DateTimeOffset From,
    DateTimeOffset To,
    IReadOnlyList<long> Events
)
{
    /// <summary>Duration of the period.</summary>
    public TimeSpan Length => To > From ? To - From : TimeSpan.Zero;

    /// <summary>All categories in display order.</summary>
    public static IReadOnlyList<TaskTimeCategory> Uses { get; } = Enum.GetValues<TaskTimeCategory>();

    /// <summary>Returns the display text of a category.</summary>
    public static string DisplayText(TaskTimeCategory use) =>
        use switch
        {
            TaskTimeCategory.Agent => "agents at work",
            TaskTimeCategory.Gates => "gates",
            TaskTimeCategory.Merging => "merging",
            TaskTimeCategory.Person => "waited for a user",
            TaskTimeCategory.Parked => "parked",
            _ => "waited for its turn",
        };

    /// <summary>Divides the time of all tasks in a run into periods.</summary>
    /// <param name="events">All events of the run, oldest first.</param>
    /// <param name="end">End of the run, or the current time if the run is open.</param>
    public static IReadOnlyList<CategorizedTaskTimePeriod> Of(IEnumerable<RunEvent> events, DateTimeOffset end)
    {
        var spans = new List<CategorizedTaskTimePeriod>();
        var open = new Dictionary<string, CategorizedTaskTimePeriod>(StringComparer.Ordinal);
        foreach (var happened in events)
        {
            if (happened.Task is not { } task)
            {
                continue;
            }
            var use = UseOf(happened.State);
            if (open.Remove(task, out var span))
            {
                if (span.Use == use)
                {
                    open[task] = span;
                    continue;
                }
                spans.Add(span with { To = happened.Time, Events = [.. span.Events, happened.Sequence] });
            }
            if (use is { } next)
            {
                open[task] = new CategorizedTaskTimePeriod(task, next, happened.Time, happened.Time, [happened.Sequence]);
            }
        }
        return
        [
            .. spans
                .Concat(open.Values.Select(span => span with { To = end }))
                .Where(span => span.Length > TimeSpan.Zero)
                .OrderBy(span => span.Events[0]),
        ];
    }

    // Null means that the task has ended.
    private static TaskTimeCategory? UseOf(string state) =>
        state switch
        {
            TaskStateNames.Pending or TaskStateNames.Queued => TaskTimeCategory.Turn,
            TaskStateNames.Preparing or TaskStateNames.Executing or TaskStateNames.Remediating => TaskTimeCategory.Agent,
            TaskStateNames.Verifying => TaskTimeCategory.Gates,
            TaskStateNames.Merging => TaskTimeCategory.Merging,
            TaskStateNames.Blocked or TaskStateNames.AwaitingApproval => TaskTimeCategory.Person,
            TaskStateNames.Parked => TaskTimeCategory.Parked,
            _ => null,
        };
}
