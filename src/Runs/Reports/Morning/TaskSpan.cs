namespace Orchestrator.Runs.Reports;

/// <summary>Activity that a task spent time on.</summary>
public enum TimeUse
{
    /// <summary>The task's agent worked or was about to start.</summary>
    Agent,

    /// <summary>The task's gates ran.</summary>
    Gates,

    /// <summary>The task's work was merged.</summary>
    Merging,

    /// <summary>The task waited for a user.</summary>
    Person,

    /// <summary>The task waited for a usage limit, an account or the host.</summary>
    Parked,

    /// <summary>The task waited for other tasks or for a free slot.</summary>
    Turn,
}

/// <summary>A period in which a task had one activity.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Use">The activity.</param>
/// <param name="From">Time at which the activity started.</param>
/// <param name="To">Time at which it ended, or the end of the reported period.</param>
/// <param name="Events">Numbers of the events at its start and end; only the first if it has not ended.</param>
public sealed record TaskSpan(string Task, TimeUse Use, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<long> Events)
{
    /// <summary>Duration of the period.</summary>
    public TimeSpan Length => To > From ? To - From : TimeSpan.Zero;

    /// <summary>All activities in display order.</summary>
    public static IReadOnlyList<TimeUse> Uses { get; } = Enum.GetValues<TimeUse>();

    /// <summary>Returns the display text of an activity.</summary>
    public static string Words(TimeUse use) =>
        use switch
        {
            TimeUse.Agent => "agents at work",
            TimeUse.Gates => "gates",
            TimeUse.Merging => "merging",
            TimeUse.Person => "waited for a person",
            TimeUse.Parked => "parked",
            _ => "waited for its turn",
        };

    /// <summary>Determines the periods of all tasks of a run.</summary>
    /// <param name="events">The run's events in order.</param>
    /// <param name="end">End of the run, or the current time.</param>
    public static IReadOnlyList<TaskSpan> Of(IEnumerable<RunEvent> events, DateTimeOffset end)
    {
        var spans = new List<TaskSpan>();
        var open = new Dictionary<string, TaskSpan>(StringComparer.Ordinal);
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
                open[task] = new TaskSpan(task, next, happened.Time, happened.Time, [happened.Sequence]);
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

    // Null if the task has ended.
    private static TimeUse? UseOf(string state) =>
        state switch
        {
            TaskStates.Pending or TaskStates.Queued => TimeUse.Turn,
            TaskStates.Preparing or TaskStates.Executing or TaskStates.Remediating => TimeUse.Agent,
            TaskStates.Verifying => TimeUse.Gates,
            TaskStates.Merging => TimeUse.Merging,
            TaskStates.Blocked or TaskStates.AwaitingApproval => TimeUse.Person,
            TaskStates.Parked => TimeUse.Parked,
            _ => null,
        };
}
