namespace Orchestrator.Dashboard.Views;

/// <summary>Time segments and times of important transitions of one task, computed from its transitions.</summary>
/// <param name="Segments">Segments in order, without overlaps.</param>
/// <param name="FirstAt">Time of the first transition that left the state pending, or null if there is none.</param>
/// <param name="EndedAt">Time at which the task ended, or null if it is open.</param>
/// <param name="DoneAt">Time at which dependants of the task could start, or null if they can't.</param>
internal sealed record TaskLaneTimes(
    IReadOnlyList<TaskLaneSegment> Segments,
    DateTimeOffset? FirstAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? DoneAt
)
{
    /// <summary>Computes a task's times from its transitions.</summary>
    /// <param name="events">Transitions of the task in order.</param>
    /// <param name="end">End of an open segment.</param>
    public static TaskLaneTimes Of(IEnumerable<RunEvent> events, DateTimeOffset end)
    {
        var segments = new List<TaskLaneSegment>();
        var (attempt, hasWorked, isRetried) = (1, false, false);
        DateTimeOffset? first = null;
        RunEvent? before = null;
        foreach (var happened in events)
        {
            if (before is not null)
            {
                Add(segments, before, happened.Time, attempt, isOpen: false);
            }
            if (happened.State != TaskStates.Pending)
            {
                first ??= happened.Time;
            }
            // A remediation, and work after the task has ended, count as additional attempts.
            isRetried |= hasWorked && (happened.State == TaskStates.Remediating || TaskStates.IsEnd(happened.State));
            if (isRetried && (happened.State == TaskStates.Remediating || TaskStates.HoldsSlot(happened.State)))
            {
                (attempt, isRetried) = (attempt + 1, false);
            }
            hasWorked |= happened.State is TaskStates.Executing or TaskStates.Verifying;
            before = happened;
        }
        if (before is not null && !TaskStates.IsEnd(before.State))
        {
            Add(segments, before, end, attempt, isOpen: true);
        }
        var isEnded = before is not null && TaskStates.IsEnd(before.State);
        return new TaskLaneTimes(
            segments,
            first,
            isEnded ? before!.Time : null,
            isEnded && TaskStates.IsDone(before!.State) ? before.Time : null
        );
    }

    /// <summary>
    /// Marks the parts of an agent's segments that fall within pauses as waits for a user, because no agent runs during a pause.
    /// </summary>
    /// <param name="segments">Segments of a task.</param>
    /// <param name="pauses">Intervals in which the run was paused, in order.</param>
    public static IEnumerable<TaskLaneSegment> Paused(
        IEnumerable<TaskLaneSegment> segments,
        IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> pauses
    )
    {
        foreach (var segment in segments)
        {
            var rest = segment;
            foreach (var (from, to) in segment.Work is TaskLaneSegmentKind.Agent or TaskLaneSegmentKind.Slot ? pauses : [])
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
                    Work = TaskLaneSegmentKind.Person,
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

    /// <summary>Returns the kind of segment for a state, or null if a task in this state neither works nor waits.</summary>
    /// <param name="state">One of <see cref="TaskStates"/>.</param>
    /// <param name="why">Reason for the state.</param>
    internal static TaskLaneSegmentKind? WorkOf(string state, Reason? why) =>
        TaskStates.WaitsForPerson(state, why) && why is not BudgetReached { Budget.Kind: BudgetKinds.Day } ? TaskLaneSegmentKind.Person
        : why is AgentHeld ? TaskLaneSegmentKind.Person
        : why is WaitsForHost ? TaskLaneSegmentKind.Slot
        : why is AgentStartsAgain ? TaskLaneSegmentKind.Limit
        : state switch
        {
            TaskStates.Parked => TaskLaneSegmentKind.Limit,
            TaskStates.Queued => TaskLaneSegmentKind.Slot,
            TaskStates.Preparing => TaskLaneSegmentKind.Setup,
            TaskStates.Executing or TaskStates.Remediating => TaskLaneSegmentKind.Agent,
            TaskStates.Verifying => TaskLaneSegmentKind.Gates,
            TaskStates.Merging => TaskLaneSegmentKind.Merge,
            _ => null,
        };

    private static void Add(List<TaskLaneSegment> segments, RunEvent happened, DateTimeOffset until, int attempt, bool isOpen)
    {
        // Events of several hosts may be out of order by the difference of their clocks.
        var to = until > happened.Time ? until : happened.Time;
        if (WorkOf(happened.State, happened.Why) is not { } work || (to == happened.Time && !isOpen))
        {
            return;
        }
        var next = new TaskLaneSegment(work, happened.Time, to, attempt, isOpen);
        if (segments is [.., var last] && last.Work == work && last.Attempt == attempt && last.To == next.From)
        {
            segments[^1] = last with { To = to, IsOpen = isOpen };
            return;
        }
        segments.Add(next);
    }
}
