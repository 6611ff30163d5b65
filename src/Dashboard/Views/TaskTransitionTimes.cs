namespace Orchestrator.Dashboard.Views;

/// <summary>Time segments of one task and the times of its most important transitions, both computed from all its transitions.</summary>
/// <param name="Segments">Segments in order, without overlaps.</param>
/// <param name="FirstAt">Time of the first transition that left the state pending, or null if there is none.</param>
/// <param name="EndedAt">Time at which the task ended, or null if it is open.</param>
/// <param name="DoneAt">Time at which dependants of the task could start, or null if they can't.</param>
internal sealed record TaskTransitionTimes(
    IReadOnlyList<TaskTimelineSegment> Segments,
    DateTimeOffset? FirstAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? DoneAt
)
{
    /// <summary>Computes a task's times from its transitions.</summary>
    /// <param name="events">Transitions of the task in order.</param>
    /// <param name="end">End of an open segment.</param>
    public static TaskTransitionTimes Of(IEnumerable<RunEvent> events, DateTimeOffset end)
    {
        var segments = new List<TaskTimelineSegment>();
        var (attempt, hasWorked, isRetried) = (1, false, false);
        DateTimeOffset? first = null;
        RunEvent? before = null;
        foreach (var happened in events)
        {
            if (before is not null)
            {
                Add(segments, before, happened.Time, attempt, isOpen: false);
            }
            if (happened.State != TaskStateNames.Pending)
            {
                first ??= happened.Time;
            }
            // A remediation, and work after the task has ended, count as additional attempts.
            isRetried |= hasWorked && (happened.State == TaskStateNames.Remediating || TaskStateNames.IsEnd(happened.State));
            if (isRetried && (happened.State == TaskStateNames.Remediating || TaskStateNames.HoldsSlot(happened.State)))
            {
                (attempt, isRetried) = (attempt + 1, false);
            }
            hasWorked |= happened.State is TaskStateNames.Executing or TaskStateNames.Verifying;
            before = happened;
        }
        if (before is not null && !TaskStateNames.IsEnd(before.State))
        {
            Add(segments, before, end, attempt, isOpen: true);
        }
        var isEnded = before is not null && TaskStateNames.IsEnd(before.State);
        return new TaskTransitionTimes(
            segments,
            first,
            isEnded ? before!.Time : null,
            isEnded && TaskStateNames.IsDone(before!.State) ? before.Time : null
        );
    }

    /// <summary>
    /// Splits the segments of a task at the pauses of the run. During a pause, agent and slot segments become waits for a user, because no
    /// agent runs or starts then.
    /// </summary>
    /// <param name="segments">Segments of a task.</param>
    /// <param name="pauses">Intervals in which the run was paused, in order.</param>
    public static IEnumerable<TaskTimelineSegment> Paused(
        IEnumerable<TaskTimelineSegment> segments,
        IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> pauses
    )
    {
        foreach (var segment in segments)
        {
            var rest = segment;
            foreach (var (from, to) in segment.Work is TaskTimelineSegmentKind.Agent or TaskTimelineSegmentKind.Slot ? pauses : [])
            {
                var (begin, end) = (from > rest.From ? from : rest.From, to < rest.To ? to : rest.To);
                if (begin >= end)
                {
                    continue;
                }
                if (begin > rest.From)
                {
                    yield return rest with
                    {
                        To = begin,
                        IsOpen = false,
                    };
                }
                var isLast = end == rest.To;
                yield return rest with
                {
                    Work = TaskTimelineSegmentKind.Person,
                    From = begin,
                    To = end,
                    IsOpen = isLast && rest.IsOpen,
                };
                rest = rest with { From = end };
            }
            if (rest.From < rest.To || rest == segment)
            {
                yield return rest;
            }
        }
    }

    /// <summary>Returns the kind of segment for a state, or null if a task in this state is neither in progress nor waiting.</summary>
    /// <param name="state">One of <see cref="TaskStateNames"/>.</param>
    /// <param name="why">Reason for the state.</param>
    internal static TaskTimelineSegmentKind? WorkOf(string state, Reason? why) =>
        TaskStateNames.WaitsForPerson(state, why) && why is not BudgetUsedUpReason { Budget.Kind: BudgetKinds.Day }
            ? TaskTimelineSegmentKind.Person
        : why is AgentStartsHeldReason ? TaskTimelineSegmentKind.Person
        : why is WaitingForHostSlotReason ? TaskTimelineSegmentKind.Slot
        : why is AgentRestartPendingReason ? TaskTimelineSegmentKind.Limit
        : state switch
        {
            TaskStateNames.Parked => TaskTimelineSegmentKind.Limit,
            TaskStateNames.Queued => TaskTimelineSegmentKind.Slot,
            TaskStateNames.Preparing => TaskTimelineSegmentKind.Setup,
            TaskStateNames.Executing or TaskStateNames.Remediating => TaskTimelineSegmentKind.Agent,
            TaskStateNames.Verifying => TaskTimelineSegmentKind.Gates,
            TaskStateNames.Merging => TaskTimelineSegmentKind.Merge,
            _ => null,
        };

    private static void Add(List<TaskTimelineSegment> segments, RunEvent happened, DateTimeOffset until, int attempt, bool isOpen)
    {
        // Events of several hosts may be out of order by the difference of their clocks.
        var to = until > happened.Time ? until : happened.Time;
        if (WorkOf(happened.State, happened.Why) is not { } work || (to == happened.Time && !isOpen))
        {
            return;
        }
        var next = new TaskTimelineSegment(work, happened.Time, to, attempt, isOpen);
        if (segments is [.., var last] && last.Work == work && last.Attempt == attempt && last.To == next.From)
        {
            segments[^1] = last with { To = to, IsOpen = isOpen };
            return;
        }
        segments.Add(next);
    }
}
