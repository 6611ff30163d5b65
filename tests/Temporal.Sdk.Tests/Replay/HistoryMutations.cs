using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Worker.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Replay;

/// <summary>One change of one history that no deterministic workflow could have made.</summary>
/// <param name="History">Name of the history.</param>
/// <param name="EventId">Event that is changed.</param>
/// <param name="Kind">What is done to it.</param>
internal sealed record HistoryMutation(string History, long EventId, string Kind)
{
    public const string Drop = "drop";
    public const string Swap = "swap";
    public const string Rename = "rename";
    public const string OtherKind = "other kind";

    /// <summary>All changes of the command events of a history.</summary>
    public static IEnumerable<HistoryMutation> Of(string name, IReadOnlyList<HistoryEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            var e = events[i];
            if (!CommandMatcher.IsCommandEvent(e.EventType) || IsDeprecatedPatch(e))
            {
                continue;
            }

            yield return new(name, e.EventId, Drop);
            yield return new(name, e.EventId, OtherKind);
            if (TryRename(e.Clone()))
            {
                yield return new(name, e.EventId, Rename);
            }

            // Local activities end in any order.
            if (i + 1 < events.Count && IsLocalActivity(e) && IsLocalActivity(events[i + 1]))
            {
                continue;
            }

            // Two changes of search attributes, or of the memo, in a row cannot be told apart: only kind, type and id count.
            if (
                i + 1 < events.Count
                && CommandMatcher.IsCommandEvent(events[i + 1].EventType)
                && !IsDeprecatedPatch(events[i + 1])
                && (events[i + 1].EventType != e.EventType || TryRename(e.Clone()))
            )
            {
                yield return new(name, e.EventId, Swap);
            }
        }
    }

    /// <summary>A changed copy of the events.</summary>
    public List<HistoryEvent> Apply(IReadOnlyList<HistoryEvent> events)
    {
        var changed = events.Select(e => e.Clone()).ToList();
        var index = changed.FindIndex(e => e.EventId == EventId);
        switch (Kind)
        {
            case Drop:
                changed.RemoveAt(index);
                break;
            case Swap:
                var (first, second) = (changed[index], changed[index + 1]);
                (changed[index], changed[index + 1]) = (second, first);
                (first.EventId, second.EventId) = (second.EventId, first.EventId);
                break;
            case Rename:
                TryRename(changed[index]);
                break;
            default:
                changed[index] = Other(changed[index]);
                break;
        }

        return changed;
    }

    private static bool IsDeprecatedPatch(HistoryEvent e) =>
        e.MarkerRecordedEventAttributes is { } marker && Markers.ReadPatch(marker) is { Deprecated: true };

    private static bool IsLocalActivity(HistoryEvent e) => e.MarkerRecordedEventAttributes?.MarkerName == Markers.LocalActivity;

    private static HistoryEvent Other(HistoryEvent e) =>
        e.EventType == EventType.TimerStarted
            ? new()
            {
                EventId = e.EventId,
                EventTime = e.EventTime,
                EventType = EventType.ActivityTaskScheduled,
                ActivityTaskScheduledEventAttributes = new()
                {
                    ActivityId = "1",
                    ActivityType = new() { Name = "act" },
                },
            }
            : new()
            {
                EventId = e.EventId,
                EventTime = e.EventTime,
                EventType = EventType.TimerStarted,
                TimerStartedEventAttributes = new() { TimerId = "1" },
            };

    // False for events without type and id.
    private static bool TryRename(HistoryEvent e)
    {
        const string Other = "-other";
        switch (e.EventType)
        {
            case EventType.TimerStarted:
                e.TimerStartedEventAttributes.TimerId += Other;
                return true;
            case EventType.TimerCanceled:
                e.TimerCanceledEventAttributes.TimerId += Other;
                return true;
            case EventType.ActivityTaskScheduled when e.EventId % 2 == 0:
                e.ActivityTaskScheduledEventAttributes.ActivityId += Other;
                return true;
            case EventType.ActivityTaskScheduled:
                e.ActivityTaskScheduledEventAttributes.ActivityType.Name += Other;
                return true;
            case EventType.ActivityTaskCancelRequested:
                e.ActivityTaskCancelRequestedEventAttributes.ScheduledEventId += 1000;
                return true;
            case EventType.StartChildWorkflowExecutionInitiated when e.EventId % 2 == 0:
                e.StartChildWorkflowExecutionInitiatedEventAttributes.WorkflowId += Other;
                return true;
            case EventType.StartChildWorkflowExecutionInitiated:
                e.StartChildWorkflowExecutionInitiatedEventAttributes.WorkflowType.Name += Other;
                return true;
            case EventType.SignalExternalWorkflowExecutionInitiated:
                e.SignalExternalWorkflowExecutionInitiatedEventAttributes.SignalName += Other;
                return true;
            case EventType.RequestCancelExternalWorkflowExecutionInitiated:
                e.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes.WorkflowExecution.WorkflowId += Other;
                return true;
            case EventType.WorkflowExecutionUpdateCompleted:
                e.WorkflowExecutionUpdateCompletedEventAttributes.Meta.UpdateId += Other;
                return true;
            case EventType.MarkerRecorded:
                e.MarkerRecordedEventAttributes.MarkerName += Other;
                return true;
            default:
                return false;
        }
    }
}
