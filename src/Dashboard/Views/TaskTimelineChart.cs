namespace Orchestrator.Dashboard.Views;

/// <summary>Kind of a segment in a task's row of the timeline.</summary>
public enum TaskTimelineSegmentKind
{
    /// <summary>The task's worktree is being prepared.</summary>
    Setup,

    /// <summary>The task's agent is running.</summary>
    Agent,

    /// <summary>The task's gates are running.</summary>
    Gates,

    /// <summary>The task's work is being merged to the staging branch, or the result of the merge is being verified.</summary>
    Merge,

    /// <summary>The task is waiting for a user.</summary>
    Person,

    /// <summary>The task is waiting for a usage limit, a daily budget, or the end of an outage.</summary>
    Limit,

    /// <summary>The task is ready and is waiting for a slot or a host.</summary>
    Slot,
}

/// <summary>Period in which a task did one kind of work or waited for one reason.</summary>
/// <param name="Work">Kind of work.</param>
/// <param name="From">Begin.</param>
/// <param name="To">End. For an open segment, the time at which the timeline ends.</param>
/// <param name="Attempt">Number of the task's attempt, from 1.</param>
/// <param name="IsOpen">True if the segment has not ended.</param>
public sealed record TaskTimelineSegment(TaskTimelineSegmentKind Work, DateTimeOffset From, DateTimeOffset To, int Attempt, bool IsOpen)
{
    /// <summary>True if the task is waiting in this segment.</summary>
    public bool IsWait => Work is TaskTimelineSegmentKind.Person or TaskTimelineSegmentKind.Limit or TaskTimelineSegmentKind.Slot;

    /// <summary>Duration of the segment.</summary>
    public TimeSpan Length => To - From;
}

/// <summary>A task with its segments on the timeline.</summary>
/// <param name="Task">The task.</param>
/// <param name="Segments">Segments in order, without overlaps.</param>
/// <param name="EndedAt">Time at which the task ended, or null if it is open.</param>
public sealed record TaskTimelineRow(RunTaskStatus Task, IReadOnlyList<TaskTimelineSegment> Segments, DateTimeOffset? EndedAt)
{
    /// <summary>True if the task is on the chain of tasks that determines the length of the run.</summary>
    public bool IsCritical { get; init; }

    /// <summary>Total time spent working on the task, excluding waits.</summary>
    public TimeSpan Worked => Sum(segment => !segment.IsWait);

    /// <summary>Time that the task spent waiting.</summary>
    public TimeSpan Waited => Sum(segment => segment.IsWait);

    private TimeSpan Sum(Func<TaskTimelineSegment, bool> which) =>
        Segments.Where(which).Aggregate(TimeSpan.Zero, (sum, segment) => sum + segment.Length);
}

/// <summary>
/// Timeline of a run, computed only from the run's transitions. Each task's row shows the periods of set-up, agent work, gates, merging and
/// waiting.
/// </summary>
/// <param name="Lanes">Lanes in plan order.</param>
/// <param name="Begin">Begin of the run.</param>
/// <param name="End">Time at which the timeline ends, which is the end of the run or the current time.</param>
public sealed record TaskTimelineChart(IReadOnlyList<TaskTimelineRow> Lanes, DateTimeOffset Begin, DateTimeOffset End)
{
    /// <summary>Tasks on the critical path, first to last.</summary>
    public IReadOnlyList<string> CriticalPath { get; private init; } = [];

    /// <summary>Computes the timeline of a run.</summary>
    /// <param name="run">The run with all its tasks.</param>
    /// <param name="events">Transitions of the run in order. Mail is ignored.</param>
    /// <param name="now">The current time, which ends the segments of an open run.</param>
    public static TaskTimelineChart Of(RunStatus run, IReadOnlyList<RunEvent> events, DateTimeOffset now)
    {
        var counted = events.Where(happened => happened.Sequence > 0).ToList();
        var last = counted.Count > 0 ? counted[^1].Time : run.UpdatedAt;
        var end = RunStateNames.IsFinal(run.State) || now < last ? last : now;
        var ofTasks = counted.Where(happened => happened.Task is not null).ToLookup(happened => happened.Task!, StringComparer.Ordinal);
        var pauses = Pauses(counted, end).ToList();
        var begin = Least(run.StartedAt, counted.Count > 0 ? counted[0].Time : last);
        var working = counted.FirstOrDefault(happened => happened is { Task: null, State: RunStateNames.Executing })?.Time;
        var walks = run.Tasks.ToDictionary(task => task.Id, task => TaskTransitionTimes.Of(ofTasks[task.Id], end), StringComparer.Ordinal);
        var lanes = run
            .Tasks.Select(task =>
            {
                var walk = walks[task.Id];
                var ready =
                    working is null || walk.EndedAt is not null && walk.Segments.Count == 0 ? null : ReadyAt(task, walks, working.Value);
                return new TaskTimelineRow(
                    task,
                    [.. TaskTransitionTimes.Paused(WithSlot(walk, ready, end, RunStateNames.IsFinal(run.State)), pauses)],
                    walk.EndedAt
                );
            })
            .ToList();
        var path = Critical(lanes);
        var critical = path.ToHashSet(StringComparer.Ordinal);
        return new TaskTimelineChart(
            [.. lanes.Select(lane => critical.Contains(lane.Task.Id) ? lane with { IsCritical = true } : lane)],
            begin,
            end
        )
        {
            CriticalPath = path,
        };
    }

    /// <summary>Returns the time at which all dependencies of a task were done, or null if at least one is not done.</summary>
    private static DateTimeOffset? ReadyAt(RunTaskStatus task, Dictionary<string, TaskTransitionTimes> walks, DateTimeOffset working)
    {
        var ready = working;
        foreach (var need in task.DependsOn)
        {
            if (walks.TryGetValue(need, out var other))
            {
                if (other.DoneAt is not { } done)
                {
                    return null;
                }
                ready = done > ready ? done : ready;
            }
        }
        return ready;
    }

    // The time between the last dependency's end and the task's first transition was spent waiting for a slot.
    private static IEnumerable<TaskTimelineSegment> WithSlot(
        TaskTransitionTimes walk,
        DateTimeOffset? ready,
        DateTimeOffset end,
        bool isOver
    )
    {
        var first = walk.FirstAt ?? end;
        var isOpen = walk.FirstAt is null;
        return ready is { } since && since < first && !(isOpen && isOver)
            ? walk.Segments.Prepend(new TaskTimelineSegment(TaskTimelineSegmentKind.Slot, since, first, 1, isOpen))
            : walk.Segments;
    }

    /// <summary>Returns the intervals in which the run was paused by a user.</summary>
    private static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Pauses(IEnumerable<RunEvent> events, DateTimeOffset end)
    {
        DateTimeOffset? since = null;
        foreach (var happened in events.Where(happened => happened.Task is null))
        {
            if (happened.Why is PausedByUserReason)
            {
                since ??= happened.Time;
            }
            else if (since is { } from && (happened.Why is ResumedByUserReason || RunStateNames.IsFinal(happened.State)))
            {
                yield return (from, happened.Time);
                since = null;
            }
        }
        if (since is { } open)
        {
            yield return (open, end);
        }
    }

    /// <summary>
    /// Returns the tasks on the critical path, which is traced back from the task that ended last. Each step follows the dependency that
    /// ended last.
    /// </summary>
    private static List<string> Critical(IReadOnlyList<TaskTimelineRow> lanes)
    {
        var known = lanes.ToDictionary(lane => lane.Task.Id, StringComparer.Ordinal);
        var path = new List<string>();
        var at = lanes.Where(lane => lane.Segments.Count > 0).MaxBy(lane => lane.Segments[^1].To);
        while (at is not null && !path.Contains(at.Task.Id, StringComparer.Ordinal))
        {
            path.Add(at.Task.Id);
            at = at
                .Task.DependsOn.Select(need => known.GetValueOrDefault(need))
                .Where(lane => lane is { Segments.Count: > 0 })
                .MaxBy(lane => lane!.Segments[^1].To);
        }
        path.Reverse();
        return path;
    }

    private static DateTimeOffset Least(DateTimeOffset one, DateTimeOffset other) => one < other && one != default ? one : other;
}
