namespace Orchestrator.Runs.Reports;

/// <summary>The use of a task's time.</summary>
public enum TimeUse
{
    /// <summary>The task's agent worked, or was about to.</summary>
    Agent,

    /// <summary>The task's gates ran.</summary>
    Gates,

    /// <summary>The task's work was merged.</summary>
    Merging,

    /// <summary>The task waited for a person.</summary>
    Person,

    /// <summary>The task waited for a usage limit, an account or the machine.</summary>
    Parked,

    /// <summary>The task waited for other tasks, or for a free agent.</summary>
    Turn,
}

/// <summary>A time during which a task did one thing.</summary>
/// <param name="Task">The task.</param>
/// <param name="Use">What it did.</param>
/// <param name="From">When that began.</param>
/// <param name="To">When it ended, or the end of what is looked at.</param>
/// <param name="Events">Numbers of the events between which it lies; only the first where it has not ended.</param>
public sealed record TaskSpan(string Task, TimeUse Use, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<long> Events)
{
    /// <summary>The duration.</summary>
    public TimeSpan Length => To > From ? To - From : TimeSpan.Zero;

    /// <summary>All uses, in the order in which they are told.</summary>
    public static IReadOnlyList<TimeUse> Uses { get; } = Enum.GetValues<TimeUse>();

    /// <summary>A use in words.</summary>
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

    /// <summary>The times of all tasks of a run.</summary>
    /// <param name="events">Its events, in their order.</param>
    /// <param name="end">When the run ended, or now.</param>
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

    // Null: it has ended.
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
